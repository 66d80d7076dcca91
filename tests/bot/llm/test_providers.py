"""Servers as they are: each quirk works, or one line names its cause.

The refusals are worded as the servers word them, which is what has to be understood.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot.config import Config
from bot.factory import language_model
from bot.llm import LLM, Completion, Message
from index.errors import (
    ContextLengthError,
    MalformedReplyError,
    ModelAwayError,
    ModelError,
    ModelRefusedError,
    UsageError,
)
from tests.standins.openai_server import (
    KEY,
    MODEL,
    OpenAIServer,
    Request,
    Scripted,
    fails,
    responds,
    says,
    whole,
)

ASKED = [
    Message("system", "Be brief."),
    Message("user", "Is the bridge open?"),
    Message("assistant", "Yes."),
    Message("user", "Since when?"),
]
SCHEMA = {
    "type": "object",
    "properties": {"open": {"type": "boolean"}},
    "required": ["open"],
    "additionalProperties": False,
}


@asynccontextmanager
async def opened(server: OpenAIServer, **changed: Any) -> AsyncIterator[LLM]:
    known = {"chat_model": MODEL, "openai_base_url": server.url, "openai_api_key": KEY}
    async with language_model(Config(**known | {"chat_timeout": 2.0} | changed)) as llm:
        assert llm
        yield llm


async def ask(llm: LLM, **how: Any) -> Completion:
    return await llm.complete(ASKED, max_tokens=50, **how)


def forbids(*place: object, status: int = 422, **around: Any) -> Scripted:
    """FastAPI's and pydantic's refusal of a field."""
    detail = {"type": "extra_forbidden", "loc": ["body", *place], "input": 1}
    return Scripted(
        status, {"detail": [detail | {"msg": "Extra inputs are not permitted"}]} | around
    )


def openai_says(message: str, param: str | None = None, code: str | None = None) -> Scripted:
    return fails(400, message, type="invalid_request_error", param=param, code=code)


def google_says(message: str, status: int = 400) -> Scripted:
    error = {"code": status, "message": message, "status": "INVALID_ARGUMENT"}
    return Scripted(status, [{"error": error}])


def openrouter_says(inner: Scripted) -> Scripted:
    raw = {"raw": json.dumps(inner.body), "provider_name": "OpenAI"}
    error = {"message": "Provider returned error", "code": 400, "metadata": raw}
    return Scripted(400, {"error": error, "user_id": "user_1"})


UNVERIFIED = openai_says(
    "Your organization must be verified to stream this model.", "stream", "unsupported_value"
)
UNSUPPORTED = "Unsupported parameter: '{0}' is not supported with this model."
REFUSALS = {
    "seed, Mistral": ("seed", forbids("seed")),
    "seed, Azure AI": (
        "seed",
        Scripted(422, {"error": {"message": json.dumps(forbids("seed").body)}}),
    ),
    "seed, Gemini": (
        "seed",
        google_says('Invalid JSON payload received. Unknown name "seed": Cannot find field.'),
    ),
    "seed, Groq": ("seed", openai_says("property 'seed' is unsupported, did you mean 'stop'?")),
    "seed, litellm": (
        "seed",
        openai_says("anthropic does not support parameters: {'seed': 0}, for model=claude-3"),
    ),
    "seed, Together": (
        "seed",
        openai_says("Input validation error: `seed` must not be set when `best_of` > 1"),
    ),
    "stream_options, Mistral": (
        "stream_options",
        forbids("stream_options", object="Error", type="invalid_request_error", code=3001),
    ),
    "stream_options, Azure": (
        "stream_options",
        openai_says("Unrecognized request argument supplied: stream_options"),
    ),
    "stream_options, Azure later": (
        "stream_options",
        openai_says("Unknown parameter: 'stream_options'.", "stream_options", "unknown_parameter"),
    ),
    "stream_options, Azure ML": (
        "stream_options",
        Scripted(400, "Validation error at #/stream_options: Extra inputs are not permitted"),
    ),
    "temperature, o1": (
        "temperature",
        openai_says(
            "Unsupported value: 'temperature' does not support 0 with this model. "
            "Only the default (1) value is supported.",
            "temperature",
            "unsupported_value",
        ),
    ),
    "temperature, Claude": (
        "temperature",
        openai_says("`temperature` is deprecated for this model."),
    ),
    "temperature, search models": (
        "temperature",
        openai_says("Model incompatible request arguments supplied: temperature, top_p"),
    ),
    "temperature, OpenRouter": (
        "temperature",
        openrouter_says(openai_says(UNSUPPORTED.format("temperature"), "temperature")),
    ),
    "temperature, Kimi": (
        "temperature",
        openai_says("invalid temperature: only 1 is allowed for this model"),
    ),
    "max_tokens, o1": (
        "max_tokens",
        openai_says(
            UNSUPPORTED.format("max_tokens") + " Use 'max_completion_tokens' instead.",
            "max_tokens",
            "unsupported_parameter",
        ),
    ),
    "max_tokens, a proxy": (
        "max_tokens",
        Scripted(400, {"message": UNSUPPORTED.format("max_tokens"), "code": "bad_request"}),
    ),
    "system, o1": (
        "system",
        openai_says(
            "Unsupported value: 'messages[0].role' does not support 'system' with this model.",
            "messages[0].role",
            "unsupported_value",
        ),
    ),
    "system, Gemma at Google": (
        "system",
        google_says("Developer instruction is not enabled for models/gemma-3-27b-it"),
    ),
    "system, vLLM": (
        "system",
        Scripted(400, {"object": "error", "message": "System role not supported", "code": 400}),
    ),
    "system, Mistral templates": (
        "system",
        openai_says("Conversation roles must alternate user/assistant/user/assistant/..."),
    ),
    "system, llama.cpp": (
        "system",
        fails(500, "Jinja Exception: System role not supported", code=500),
    ),
    "system, Ministral": (
        "system",
        fails(500, "Only user, assistant and tool roles are supported, got system."),
    ),
    "stream, o3 of an unverified account": ("stream", UNVERIFIED),
    "stream, by OpenRouter": ("stream", openrouter_says(UNVERIFIED)),
    "stream, o1": (
        "stream",
        openai_says(
            "Unsupported value: 'stream' does not support true with this model. "
            "Only the default (false) value is supported.",
            "stream",
        ),
    ),
    "stream, a gateway": (
        "stream",
        Scripted(403, {"message": "Streaming requests are not yet allowed."}),
    ),
    "stream, a proxy": (
        "stream",
        Scripted(
            400,
            {"message": "Streaming completion is not support yet, please remove 'stream' key."},
        ),
    ),
    "an error in the stream": (
        "seed",
        Scripted(events=[json.dumps({"error": {"message": "unknown field `seed`"}})]),
    ),
}


def _lacks(part: str, body: dict[str, Any]) -> bool:
    if part == "system":
        return [m["role"] for m in body["messages"]] == ["user", "assistant", "user"]
    return part not in body


@pytest.mark.parametrize("case", REFUSALS)
async def test_what_a_server_does_not_take_is_not_sent_to_it_again(
    server: OpenAIServer, case: str
) -> None:
    part, refusal = REFUSALS[case]

    def reply(request: Request) -> Scripted:
        if not _lacks(part, request.body):
            return refusal
        return says("Since May.") if "stream" in request.body else whole("Since May.")

    server.fallback = reply
    async with opened(server) as llm:
        assert [(await ask(llm)).text for _ in range(2)] == ["Since May."] * 2
    assert len(server.requests) == 3, "learnt at once, and remembered"
    if part == "system":
        assert server.requests[-1].body["messages"][0]["content"].startswith("Be brief.\n\nIs the")
    if part == "max_tokens":
        assert server.requests[-1].body["max_completion_tokens"] == 50


@pytest.mark.parametrize(
    "refusal",
    [
        openai_says("'response_format.type' must be 'json_object' or 'text'"),
        openai_says("This response_format type is unavailable now"),
        openai_says("response_format: response_format.type `json_schema` is unavailable now"),
        openai_says("invalid schema for response format: minItems is not supported"),
        openai_says("This model does not support response format `json_schema`."),
        forbids("response_format", "json_schema"),
        Scripted(400, {"detail": "Unsupported parameter: response_format"}),
        openai_says("The compiled grammar is too large"),
    ],
)
async def test_a_form_that_it_does_not_know_is_asked_for_in_words(
    server: OpenAIServer, refusal: Scripted
) -> None:
    server.replies.extend([refusal, says('{"open": true}')])
    async with opened(server) as llm:
        assert (await ask(llm, schema=SCHEMA)).data == {"open": True}
    last = server.requests[-1].body
    assert "response_format" not in last
    assert "additionalProperties" in last["messages"][-1]["content"]


async def test_all_at_once(server: OpenAIServer) -> None:
    parts = ["seed", "stream_options", "temperature", "max_tokens", "max_completion_tokens"]

    def reply(request: Request) -> Scripted:
        if refused := [part for part in parts if part in request.body]:
            return openai_says(UNSUPPORTED.format(refused[-1]), refused[-1])
        if request.body["messages"][0]["role"] == "system":
            return openai_says("System role not supported")
        return UNVERIFIED if "stream" in request.body else whole("Since May.")

    server.fallback = reply
    async with opened(server) as llm:
        assert (await ask(llm)).text == "Since May."
        assert server.requests[-1].body.keys() == {"model", "messages"}
        count = len(server.requests)
        await ask(llm)
    assert len(server.requests) == count + 1


@pytest.mark.parametrize(
    "message",
    [
        "max_tokens is too large: 50. This model supports at most 40 completion tokens.",
        "The parameter `max_tokens` is not valid: expected a value <= 40, but got 50 instead.",
    ],
)
async def test_no_more_tokens_are_asked_for_than_it_gives(
    server: OpenAIServer, message: str
) -> None:
    server.replies.extend([openai_says(message, "max_tokens"), says("Since May.")])
    async with opened(server) as llm:
        assert (await ask(llm)).text == "Since May."
    assert server.requests[-1].body["max_tokens"] == 40


async def test_an_option_of_the_settings_is_never_left_out(server: OpenAIServer) -> None:
    server.fallback = lambda _: openai_says(UNSUPPORTED.format("temperature"), "temperature")
    async with opened(server, chat_options={"temperature": 0.5}) as llm:
        with pytest.raises(ModelRefusedError, match="'temperature' is not supported"):
            await ask(llm)
    assert len(server.requests) == 1


async def test_options_that_the_client_does_not_know_are_sent(server: OpenAIServer) -> None:
    options = {"top_k": 5, "chat_template_kwargs": {"enable_thinking": False}}
    async with opened(server, chat_options=options) as llm:
        await ask(llm)
    assert options.items() <= server.requests[0].body.items()


@pytest.mark.parametrize(
    "refusal",
    [
        fails(404, "This model is only supported in v1/responses and not in v1/chat/completions."),
        fails(
            404,
            "This is not a chat model and thus not supported in the v1/chat/completions endpoint. "
            "Did you mean to use v1/completions?",
            param="model",
        ),
        openai_says("/v1/chat/completions is not supported. Please use /v1/responses."),
        openai_says("The chatCompletion operation does not work with the specified model, o."),
    ],
)
async def test_a_model_without_chat_completions_is_asked_by_the_responses_api(
    server: OpenAIServer, refusal: Scripted
) -> None:
    server.replies.extend([refusal, responds("Since ", "May."), responds("Since")])
    async with opened(server, chat_options={"reasoning_effort": "low"}) as llm:
        told = await ask(llm)
        assert (told.text, told.cut, told.usage.completion_tokens) == ("Since May.", False, 2)
        await ask(llm)
    first, second, third = server.requests
    assert [first.path, second.path, third.path] == [
        "/v1/chat/completions",
        "/v1/responses",
        "/v1/responses",
    ]
    assert second.body["input"] == [m._asdict() for m in ASKED]
    assert (second.body["max_output_tokens"], second.body["store"]) == (50, False)
    assert second.body["reasoning"] == {"effort": "low"}
    assert not {"messages", "max_tokens", "seed", "stream_options"} & second.body.keys()


async def test_the_responses_api_is_adapted_to_as_well(server: OpenAIServer) -> None:
    server.replies.extend(
        [
            fails(404, "This model is only supported in v1/responses."),
            openai_says(UNSUPPORTED.format("temperature"), "temperature"),
            responds('{"open": true}'),
            responds("Since", why="max_output_tokens"),
            responds(why="max_output_tokens"),
        ]
    )
    async with opened(server) as llm:
        assert (await ask(llm, schema=SCHEMA)).data == {"open": True}
        assert server.requests[-1].body["text"]["format"]["schema"] == SCHEMA
        assert (await ask(llm)).cut
        with pytest.raises(MalformedReplyError, match="CHAT_THINKING_TOKENS"):
            await ask(llm)


@pytest.mark.parametrize(
    "event",
    [
        {"choices": []},
        {"choices": [{"index": 0, "finish_reason": None, "content_filter_results": {}}]},
        {"choices": [{"index": 0, "finish_reason": None, "delta": None}]},
        {"choices": [{"index": 0, "delta": {"content": None, "reasoning_content": "Hm."}}]},
        {"choices": [{"index": 0, "delta": {"content": [{"type": "thinking", "thinking": []}]}}]},
        {"type": "ping"},
    ],
)
async def test_events_that_say_nothing(server: OpenAIServer, event: dict[str, Any]) -> None:
    reply = says("Since ", "May.")
    reply.events[1:1] = [json.dumps(event)]
    reply.events[-1:-1] = [json.dumps(event)]
    server.replies.append(reply)
    async with opened(server) as llm:
        told = await ask(llm)
    assert (told.text, told.cut) == ("Since May.", False)


def _in_parts(*parts: Any) -> Scripted:
    event = {"choices": [{"index": 0, "delta": {"content": [*parts]}, "finish_reason": "stop"}]}
    return Scripted(events=[json.dumps(event), "[DONE]"])


THOUGHT = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}
TEXT = {"type": "text", "text": "Since May."}


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(_in_parts(THOUGHT, TEXT), id="Magistral"),
        pytest.param(_in_parts("Since ", "May."), id="texts"),
        pytest.param(whole([THOUGHT, TEXT]), id="parts of a whole"),
        pytest.param(whole("Since May.", reasoning="Hm."), id="a whole in place of a stream"),
        pytest.param(whole("<think>Hm.</think>\n\nSince May."), id="a whole with thinking"),
        pytest.param(says("Hm. ", "</think>", "Since May."), id="no opening mark"),
        pytest.param(says("Okay, so", "</think>\n\nSince May."), id="no opening, known start"),
        pytest.param(
            Scripted(events=[*says("Since ", "May.", finish=None).events, "[DONE]"]),
            id="no reason for the end",
        ),
        pytest.param(says("Since May.", finish="eos"), id="an unheard-of reason"),
        pytest.param(
            says(
                "<|channel|>analysis<|mess",
                "age|>Hm.<|end|><|start|>assistant",
                "<|channel|>final<|message|>Since May.<|return|>",
            ),
            id="harmony",
        ),
    ],
)
async def test_replies_in_other_forms(server: OpenAIServer, reply: Scripted) -> None:
    server.replies.append(reply)
    async with opened(server) as llm:
        told = await ask(llm)
    assert (told.text, told.cut) == ("Since May.", False)


async def test_a_model_that_opens_no_thought_is_known_by_its_first_reply(
    server: OpenAIServer,
) -> None:
    server.fallback = lambda _: says("Bridges ", "open", "</think>", "Since May.")
    async with opened(server) as llm:
        first, second = llm.stream(ASKED, max_tokens=50), llm.stream(ASKED, max_tokens=50)
        told = "".join([piece async for piece in first])
        assert told[first.withdrawn :] == "Since May." != told
        assert "".join([piece async for piece in second]) == "Since May."


PAGE = "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>x</body></html>"
QUOTA = fails(429, "You exceeded your current quota.", code="insufficient_quota")


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        pytest.param(QUOTA, ModelRefusedError, "no credit left", id="OpenAI's quota"),
        pytest.param(
            fails(402, "Insufficient Balance"), ModelRefusedError, "no credit", id="DeepSeek"
        ),
        pytest.param(
            fails(402, "This request requires more credits, or fewer max_tokens."),
            ModelRefusedError,
            "no credit.*fewer max_tokens",
            id="OpenRouter",
        ),
        pytest.param(
            openai_says("Your credit balance is too low to access the API."),
            ModelRefusedError,
            "no credit",
            id="Anthropic",
        ),
        pytest.param(Scripted(200, text=PAGE), MalformedReplyError, "a web page", id="a page"),
        pytest.param(
            Scripted(403, text=PAGE), ModelRefusedError, "a web page.*any proxy", id="a firewall"
        ),
        pytest.param(
            fails(403, "Country, region, or territory not supported"),
            ModelRefusedError,
            "refuses the request: Country",
            id="a country",
        ),
        pytest.param(forbids("name"), ModelRefusedError, "name: Extra inputs", id="FastAPI"),
        pytest.param(
            fails(413, "Request too large for model on tokens per minute"),
            ContextLengthError,
            "more text than it takes",
            id="Groq",
        ),
        pytest.param(
            openai_says("'max_tokens' is too large: 50. This model's maximum context length is 9"),
            ContextLengthError,
            "more text",
            id="vLLM",
        ),
        pytest.param(
            fails(404, f"model '{MODEL}' not found, try pulling it first"),
            ModelRefusedError,
            f"has no model {MODEL}",
            id="Ollama",
        ),
        pytest.param(
            Scripted(404, text="404 page not found"), ModelRefusedError, "no chat", id="no path"
        ),
        pytest.param(whole(None), MalformedReplyError, "reply is empty", id="empty"),
        pytest.param(
            whole("", reasoning_content="Hm."), MalformedReplyError, "only thought", id="thought"
        ),
        pytest.param(
            Scripted(200, {"error": "model runner has stopped"}),
            ModelAwayError,
            "fails: model runner",
            id="an error that counts as success",
        ),
    ],
)
async def test_what_cannot_be_mended_is_told_in_one_line(
    server: OpenAIServer, reply: Scripted, kind: type[ModelError], words: str
) -> None:
    server.fallback = lambda _: reply
    async with opened(server) as llm:
        with pytest.raises(kind, match=words) as told:
            await ask(llm)
    assert "\n" not in str(told.value) and KEY not in str(told.value)
    assert len(server.requests) == 1, "it is not tried again"


async def test_a_page_of_a_failing_gateway_is_not_quoted(server: OpenAIServer) -> None:
    server.fallback = lambda _: Scripted(502, text=PAGE)
    async with opened(server) as llm:
        llm._client.max_retries = 0  # type: ignore[attr-defined]
        with pytest.raises(ModelAwayError, match=r"fails \(502\): a web page: 502 Bad Gateway$"):
            await ask(llm)


def _only_below_v1(missing: Scripted) -> Any:
    def reply(request: Request) -> Scripted:
        return says("Since May.") if request.path.startswith("/v1/") else missing

    return reply


@pytest.mark.parametrize(
    "missing",
    [
        pytest.param(Scripted(404, text="404 page not found"), id="Ollama"),
        pytest.param(Scripted(404, {"detail": "Not Found"}), id="vLLM"),
        pytest.param(Scripted(405, {"detail": "Method Not Allowed"}), id="FastAPI"),
        pytest.param(
            Scripted(200, {"error": "Unexpected endpoint or method. (POST /chat/completions)"}),
            id="LM Studio",
        ),
        pytest.param(Scripted(404, text=PAGE), id="a site"),
    ],
)
async def test_an_address_without_its_version_is_found(
    server: OpenAIServer, missing: Scripted
) -> None:
    server.fallback = _only_below_v1(missing)
    async with opened(server, openai_base_url=server.url.removesuffix("/v1")) as llm:
        assert [(await ask(llm)).text for _ in range(2)] == ["Since May."] * 2
    assert [r.path for r in server.requests] == [
        "/chat/completions",
        "/v1/chat/completions",
        "/v1/chat/completions",
    ]


async def test_an_address_that_serves_nothing_is_told(server: OpenAIServer) -> None:
    server.fallback = lambda _: Scripted(404, {"detail": "Not Found"})
    async with opened(server, openai_base_url=server.url.removesuffix("/v1")) as llm:
        with pytest.raises(ModelRefusedError, match="its address mostly ends in /v1"):
            await ask(llm)


async def test_the_address_of_the_call_itself_is_understood(server: OpenAIServer) -> None:
    async with opened(server, openai_base_url=f"{server.url}/chat/completions") as llm:
        await ask(llm)
    assert server.requests[0].path == "/v1/chat/completions"


async def test_a_query_in_the_address_goes_with_every_request(server: OpenAIServer) -> None:
    url = server.url.replace("/v1", "/openai/deployments/d?api-version=2024-10-21")
    async with opened(server, openai_base_url=url) as llm:
        assert (await ask(llm)).text
        server.replies.append(fails(400, "no"))
        with pytest.raises(ModelRefusedError) as told:
            await ask(llm)
    asked = server.requests[0]
    assert asked.path == "/openai/deployments/d/chat/completions?api-version=2024-10-21"
    assert asked.headers["api-key"] == KEY
    assert "api-version" not in str(told.value)


async def test_a_proxy_is_used_but_not_to_this_machine(
    server: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = server.url.removesuffix("/v1")
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    async with opened(server) as llm:
        await ask(llm)
    monkeypatch.setenv("http_proxy", proxy)
    monkeypatch.setenv("HTTP_PROXY", proxy)
    async with opened(server, openai_base_url="http://models.example/v1") as llm:
        await ask(llm)
    assert [r.path for r in server.requests] == [
        "/v1/chat/completions",
        "http://models.example/v1/chat/completions",
    ]


async def test_a_proxy_that_is_away_is_named(
    monkeypatch: pytest.MonkeyPatch, socket_enabled: None
) -> None:
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    config = Config(chat_model=MODEL, openai_base_url="http://models.example/v1")
    async with language_model(config) as llm:
        assert llm
        llm._client.max_retries = 0  # type: ignore[attr-defined]
        with pytest.raises(ModelAwayError, match="check the proxy in HTTP_PROXY"):
            await ask(llm)


@pytest.mark.parametrize("key", ["sk-…", "sk-a\nb"])
async def test_a_key_that_is_none_is_told(server: OpenAIServer, key: str) -> None:
    with pytest.raises(UsageError, match="copy it again"):
        async with opened(server, openai_api_key=key):
            pass


async def test_tokens_to_think_with_are_added_and_taken_from_the_window(
    server: OpenAIServer,
) -> None:
    async with opened(server) as plain, opened(server, chat_thinking_tokens=3000) as llm:
        await ask(llm)
        assert server.requests[0].body["max_tokens"] == 3050
        assert plain.room(ASKED, 50) - llm.room(ASKED, 50) == 3000


async def test_too_many_tokens_to_think_with_are_refused(server: OpenAIServer) -> None:
    with pytest.raises(UsageError, match="CHAT_THINKING_TOKENS: 8,000 leave too little"):
        async with opened(server, chat_thinking_tokens=8000):
            pass
