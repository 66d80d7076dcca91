"""OpenAI's API as it is spoken on the wire: what is sent, and what becomes of each reply."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest

from bot.config import Config
from bot.factory import language_model
from bot.llm import LLM, Message, Usage
from index.errors import (
    ContextLengthError,
    MalformedReplyError,
    ModelAwayError,
    ModelError,
    ModelRefusedError,
    RefusalError,
)
from tests.standins.openai_server import (
    KEY,
    MODEL,
    PROMPT_TOKENS,
    OpenAIServer,
    Scripted,
    delta,
    fails,
    says,
)

ASKED = [Message("system", "Be brief."), Message("user", "Is the bridge open?")]
SCHEMA = {
    "type": "object",
    "properties": {"open": {"type": "boolean"}},
    "required": ["open"],
    "additionalProperties": False,
}
CALL = {"index": 0, "id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}


def settings(server: OpenAIServer, **changed: Any) -> Config:
    known = {"chat_model": MODEL, "openai_base_url": server.url, "openai_api_key": KEY}
    return Config(**known | {"chat_timeout": 1.5} | changed)


@pytest.fixture
async def llm(server: OpenAIServer) -> AsyncIterator[LLM]:
    async with language_model(settings(server)) as model:
        assert model
        yield model


async def reply(llm: LLM, **how: Any) -> str:
    return (await llm.complete(ASKED, max_tokens=50, **how)).text


async def test_a_reply_is_streamed_piece_by_piece(llm: LLM, server: OpenAIServer) -> None:
    server.replies.append(says("It ", "is ", "open."))
    coming = llm.stream(ASKED, max_tokens=50)
    assert [piece async for piece in coming] == ["It ", "is ", "open."]
    assert coming.usage == Usage(1, PROMPT_TOKENS, 3)
    assert not coming.cut
    [request] = server.requests
    assert request.body["messages"] == [m._asdict() for m in ASKED]
    assert (request.body["max_tokens"], request.body["temperature"]) == (50, 0)


async def test_what_it_thinks_first_is_not_part_of_its_reply(
    llm: LLM, server: OpenAIServer
) -> None:
    server.replies.append(says("<think>\nThe user ", "wants</th", "ink>\n\n", "It is open."))
    assert await reply(llm) == "It is open."
    server.replies.append(says("<think>", "Hm. "))
    with pytest.raises(MalformedReplyError, match="said nothing"):
        await reply(llm)


async def test_nothing_is_sent_before_it_is_read(llm: LLM, server: OpenAIServer) -> None:
    await llm.stream(ASKED, max_tokens=50).aclose()
    assert not server.requests


async def test_usage_adds_up_and_is_estimated_where_not_told(
    llm: LLM, server: OpenAIServer
) -> None:
    server.replies.extend([says("one", "two"), says("It is open.", usage=False)])
    await reply(llm)
    guessed = (await llm.complete(ASKED, max_tokens=50)).usage
    assert guessed.prompt_tokens > 0 and guessed.completion_tokens > 0
    assert llm.usage == Usage(1, PROMPT_TOKENS, 2) + guessed


async def test_a_reply_that_reached_its_limit_is_cut(llm: LLM, server: OpenAIServer) -> None:
    server.replies.append(says("It is", finish="length"))
    assert (await llm.complete(ASKED, max_tokens=2)).cut


async def test_the_pause_that_the_server_names_is_kept(llm: LLM, server: OpenAIServer) -> None:
    server.replies.extend([fails(429, headers={"retry-after": "1"}), says("Yes.")])
    began = time.monotonic()
    assert await reply(llm) == "Yes."
    assert 1 <= time.monotonic() - began < 3


async def test_a_failing_server_is_tried_again(llm: LLM, server: OpenAIServer) -> None:
    server.replies.extend([fails(500), fails(503), says("Yes.")])
    assert await reply(llm) == "Yes."
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("scripted", "kind", "words"),
    [
        (fails(429), ModelAwayError, "takes no more requests"),
        (fails(500, "boom"), ModelAwayError, r"fails \(500\): boom"),
        (fails(429, code="insufficient_quota"), ModelRefusedError, "no credit"),
        (fails(400, "bad\ninput"), ModelRefusedError, "refuses the request: bad input"),
        (fails(400, code="context_length_exceeded"), ContextLengthError, "more text than"),
        (fails(400, "max_tokens: maximum context length is 9"), ContextLengthError, "length is 9"),
        (says(then="hang", finish=None), ModelAwayError, "silent for 1.5 s"),
        (Scripted(then="hang", pause=9), ModelAwayError, "silent for 1.5 s"),
        (says(then="drop", finish=None), ModelAwayError, "broke off"),
        (says(finish=None), ModelAwayError, "broke off"),
        (Scripted(events=['{"error": {"message": "on fire"}}']), ModelAwayError, "on fire"),
        (Scripted(events=["{torn"]), MalformedReplyError, "does not reply as OpenAI"),
        (Scripted(events=["[1, 2]"]), MalformedReplyError, "does not reply as OpenAI"),
        (Scripted(events=['{"choices": [{}]}']), ModelAwayError, "broke off"),
        (Scripted(events=['{"choices": [1]}']), MalformedReplyError, "does not reply as OpenAI"),
        (says(), MalformedReplyError, "said nothing"),
        (says(finish="length"), MalformedReplyError, "used up its tokens"),
        (delta(tool_calls=[CALL]), MalformedReplyError, "said nothing"),
        (delta(refusal="I will not."), RefusalError, "I will not."),
        (says("half", finish="content_filter"), RefusalError, "filter"),
    ],
)
async def test_what_goes_wrong_is_told(
    server: OpenAIServer, scripted: Scripted, kind: type[ModelError], words: str
) -> None:
    server.fallback = lambda _: scripted
    async with language_model(settings(server)) as llm:
        assert llm
        llm._client.max_retries = 0  # type: ignore[attr-defined]
        with pytest.raises(kind, match=words) as told:
            await reply(llm)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    "scripted",
    [
        says("It is", " open", then="hang", finish=None),
        says("It is", " open", then="drop", finish=None),
        says("It is", " open", finish=None),
        says("It is", " open", finish="error"),
    ],
)
async def test_what_was_written_before_the_connection_broke_is_kept(
    llm: LLM, server: OpenAIServer, scripted: Scripted
) -> None:
    server.replies.append(scripted)
    coming = llm.stream(ASKED, max_tokens=50)
    assert "".join([piece async for piece in coming]) == "It is open"
    assert coming.cut and coming.broken


async def test_nobody_there(socket_enabled: None) -> None:
    nowhere = Config(chat_model=MODEL, openai_base_url="http://127.0.0.1:9/v1")
    async with language_model(nowhere) as llm:
        assert llm
        llm._client.max_retries = 0  # type: ignore[attr-defined]
        with pytest.raises(ModelAwayError, match=r"the connection .* failed"):
            await reply(llm)


async def test_a_wrong_key_is_not_repeated(server: OpenAIServer) -> None:
    async with language_model(settings(server, openai_api_key="sk-wrong-one")) as llm:
        assert llm
        with pytest.raises(ModelRefusedError, match="OPENAI_API_KEY") as told:
            await reply(llm)
    assert "sk-wrong" not in f"{told.value} {llm!r} {vars(llm)}"


async def test_a_key_in_an_error_is_struck_out(llm: LLM, server: OpenAIServer) -> None:
    server.replies.append(fails(400, f"your key {KEY} is odd"))
    with pytest.raises(ModelRefusedError, match="your key … is odd"):
        await reply(llm)


async def test_a_wrong_name_is_told(server: OpenAIServer) -> None:
    async with language_model(settings(server, chat_model="gpt-none")) as llm:
        assert llm
        with pytest.raises(ModelRefusedError, match="has no model gpt-none"):
            await reply(llm)


@pytest.mark.parametrize("how", ["close", "cancel"])
async def test_stopping_closes_the_connection(llm: LLM, server: OpenAIServer, how: str) -> None:
    server.replies.append(says("half", then="hang", finish=None))

    async def first_piece(stop: bool) -> None:
        async with aclosing(llm.stream(ASKED, max_tokens=50)) as coming:
            async for _ in coming:
                if stop:
                    return

    if how == "close":
        await first_piece(stop=True)
    else:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(first_piece(stop=False), 0.2)
    [request] = server.requests
    assert await asyncio.to_thread(request.gone.wait, 5)
    assert llm.usage.requests == 1


async def test_what_a_server_refuses_is_said_otherwise_and_not_tried_again(
    llm: LLM, server: OpenAIServer
) -> None:
    use = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
    only = "Unsupported value: 'temperature' does not support 0 with this model."
    server.replies.extend([fails(400, use), fails(400, only), says("Yes."), says("No.")])
    assert [await reply(llm), await reply(llm)] == ["Yes.", "No."]
    assert len(server.requests) == 4
    last = server.requests[-1].body
    assert last["max_completion_tokens"] == 50
    assert not {"max_tokens", "temperature"} & last.keys()


async def test_options_go_with_every_request(server: OpenAIServer) -> None:
    options = {"reasoning_effort": "low", "temperature": 0.5}
    async with language_model(settings(server, chat_options=options)) as llm:
        assert llm
        await reply(llm)
    assert options.items() <= server.requests[0].body.items()


async def test_structured_replies(llm: LLM, server: OpenAIServer) -> None:
    server.replies.append(says('{"open":', " true}"))
    assert (await llm.complete(ASKED, max_tokens=50, schema=SCHEMA)).data == {"open": True}
    sent = server.requests[0].body["response_format"]
    assert sent["json_schema"]["schema"] == SCHEMA and sent["json_schema"]["strict"]


async def test_a_server_without_structured_replies_is_asked_in_words(
    llm: LLM, server: OpenAIServer
) -> None:
    server.replies.append(fails(400, "response_format json_schema is not supported"))
    server.replies.append(says('Sure: {"shut": 1}\n```json\n{"open": true}\n```\nDone.'))
    assert (await llm.complete(ASKED, max_tokens=50, schema=SCHEMA)).data == {"open": True}
    last = server.requests[-1].body
    assert "response_format" not in last
    assert '"additionalProperties": false' in last["messages"][-1]["content"]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (says("It is open."), "not the JSON"),
        (says("[1]"), "not the JSON"),
        (says('{"shut": true}'), "not the JSON"),
        (says('{"open": tr', finish="length"), "cut off"),
    ],
)
async def test_a_reply_without_the_object_is_refused(
    llm: LLM, server: OpenAIServer, said: Scripted, words: str
) -> None:
    server.replies.append(said)
    with pytest.raises(MalformedReplyError, match=words):
        await llm.complete(ASKED, max_tokens=50, schema=SCHEMA)


async def test_many_at_once(llm: LLM, server: OpenAIServer) -> None:
    server.fallback = lambda request: says(request.body["messages"][0]["content"], pause=0.4)
    began = time.monotonic()
    asked = [[Message("user", str(n))] for n in range(8)]
    told = await asyncio.gather(*(llm.complete(a, max_tokens=50) for a in asked))
    assert [c.text for c in told] == [a[0].content for a in asked]
    assert time.monotonic() - began < 2.4  # one after another, 3.2
    assert llm.usage.requests == 8


async def test_room_is_what_the_window_leaves(llm: LLM) -> None:
    short, long = (llm.room([Message("user", "x " * n)], 100) for n in (1, 1000))
    assert llm.window - 100 > short > long
    assert llm.room([Message("user", "word " * 9000)], 100) < 0
