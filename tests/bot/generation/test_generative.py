"""Answers written by a language model, over the wire, on a real store."""

import asyncio
import re
from contextlib import aclosing
from datetime import date
from pathlib import Path

import pytest

from bot.answer import Answer, Draft, Status, Turn
from bot.answerer import AWAY, UNSUPPORTED, Answerer
from bot.config import Config
from bot.conversation.clarify import ASKING
from bot.factory import answerer_on, chat_models
from bot.generation.outcome import CUT
from index.store import Store
from tests.bot.generation.drafts import (
    CABLES,
    INJECTED,
    INVENTED,
    QUESTION,
    number_of,
    quoted,
    sent,
    settings,
)
from tests.bot.test_answerer import check
from tests.standins.llama_server import model_file
from tests.standins.openai_server import (
    KEY,
    MODEL,
    OpenAIServer,
    Scripted,
    delta,
    fails,
    says,
)

CALL = {"index": 0, "id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}


async def test_a_supported_answer_is_said(answerer: Answerer, server: OpenAIServer) -> None:
    server.replies.append(says("They found 14 cracked", " cables on the Harrow", " bridge [1]."))
    answer = await answerer.ask(QUESTION, as_of=date(2024, 3, 20))
    check(answer)
    assert answer.text.startswith("They found 14 cracked cables on the Harrow bridge. [1]")
    assert "Engineers found 14 cracked cables." in answer.citations[0].quote
    assert (answer.model, answer.notes) == (MODEL, ())
    given = sent(server)
    assert number_of(server, "14 cracked cables") == 1
    assert 'title="Storm closes the Harrow bridge"' in given and "Today is 2024-03-20." in given


async def test_the_draft_comes_first_and_piece_by_piece(
    answerer: Answerer, server: OpenAIServer
) -> None:
    server.replies.append(says("Engineers found ", "14 cracked cables ", "[1]."))
    events = [event async for event in answerer.stream(QUESTION)]
    assert events[:-1] == [Draft("Engineers found "), Draft("14 cracked cables "), Draft("[1].")]
    assert isinstance(events[-1], Answer) and events[-1].model == MODEL


async def test_without_evidence_nothing_is_asked(answerer: Answerer, server: OpenAIServer) -> None:
    answer = await answerer.ask("Who won the women's chess olympiad?")
    assert (answer.status, answer.model) == (Status.ABSTAINED, "quotes")
    assert not server.requests


async def test_what_the_model_finds_missing_is_told(
    answerer: Answerer, server: OpenAIServer
) -> None:
    server.replies.append(
        says(CABLES, " The passages do not say how many engineers the mayor asked.")
    )
    answer = await answerer.ask(QUESTION)
    check(answer)
    assert answer.status is Status.PARTIAL
    assert answer.text.endswith("The articles do not say how many engineers the mayor asked.")


async def test_what_follows_what_is_missing_reads_on(
    answerer: Answerer, unjudged: Answerer, server: OpenAIServer
) -> None:
    said = (
        "The passages do not say what cracked them, though engineers found 14 cracked cables [1]."
    )
    server.fallback = lambda _: says(said)
    answer = await answerer.ask(QUESTION)
    check(answer)
    assert answer.text == f"The articles{said[12:].replace(' [1].', '. [1]')}"
    alone = await unjudged.ask(QUESTION)
    assert alone.text.startswith("Engineers found 14 cracked cables. [1]")
    assert alone.status is Status.PARTIAL


async def test_nothing_is_smuggled_in_as_missing(answerer: Answerer, server: OpenAIServer) -> None:
    server.replies.append(says(CABLES, " The passages do not mention that Zorro robbed a bank."))
    answer = await answerer.ask(QUESTION)
    assert answer.status is Status.PARTIAL
    assert "Zorro" not in answer.text and answer.text.endswith("The articles do not say more.")


async def test_a_passage_that_was_not_given_is_not_cited(
    answerer: Answerer, server: OpenAIServer
) -> None:
    server.replies.append(says("Engineers found 14 cracked cables [47]."))
    answer = await answerer.ask(QUESTION)
    check(answer)
    assert answer.text == "Engineers found 14 cracked cables. [1]"
    assert len(server.requests) == 1


async def test_an_answer_that_only_repeats_the_question_is_none(
    answerer: Answerer, server: OpenAIServer
) -> None:
    server.fallback = lambda _: says("There are cracked cables on the Harrow bridge [1].")
    quoted(await answerer.ask(QUESTION), UNSUPPORTED)


async def test_questions_and_repetitions_are_left_out(
    answerer: Answerer, server: OpenAIServer
) -> None:
    server.replies.append(says(f"How many cables did they find? [1] {CABLES} {CABLES}"))
    answer = await answerer.ask(QUESTION)
    check(answer)
    assert answer.text.count("14 cracked cables") == 1 and "?" not in answer.text


async def test_all_invented_is_all_left_out(answerer: Answerer, server: OpenAIServer) -> None:
    server.fallback = lambda _: says(INVENTED)
    quoted(await answerer.ask(QUESTION), UNSUPPORTED)


@pytest.mark.parametrize(
    ("scripted", "why"),
    [
        (fails(400, f"bad {KEY}"), "refuses the request"),
        (fails(503, headers={"retry-after": "0"}), "fails (503)"),
        (says(then="hang", finish=None), "silent for 0.5 s"),
        (says(then="drop", finish=None), "broke off"),
        (Scripted(events=["{not json"]), "does not reply as OpenAI's API does"),
        (delta(refusal="I will not."), "I will not."),
        (delta(tool_calls=[CALL]), "said nothing"),
        (says(""), "said nothing"),
    ],
)
async def test_a_model_that_fails_leaves_quotes(
    server: OpenAIServer, store: Store, scripted: Scripted, why: str
) -> None:
    server.fallback = lambda _: scripted
    config = settings(server, chat_timeout=0.5 if scripted.then == "hang" else 10)
    async with chat_models(config) as chat:
        answer = await answerer_on(store, config, chat).ask(QUESTION)
    quoted(answer, *answer.notes)
    assert why in answer.notes[0] and KEY not in answer.notes[0]
    assert answer.notes[0].startswith(AWAY.split("{}")[0])


@pytest.mark.parametrize("then", ["hang", "drop"])
async def test_what_was_written_before_the_connection_broke_is_kept(
    server: OpenAIServer, store: Store, then: str
) -> None:
    server.fallback = lambda _: says(CABLES, " They also", then=then, finish=None)
    async with chat_models(settings(server, chat_timeout=0.5)) as chat:
        answer = await answerer_on(store, settings(server), chat).ask(QUESTION)
    assert (answer.model, answer.notes) == (MODEL, (CUT,))
    assert "They" not in answer.text


async def test_a_wrong_key_is_told_but_not_shown(server: OpenAIServer, store: Store) -> None:
    config = settings(server, openai_api_key="sk-wrong-123")
    async with chat_models(config) as chat:
        answer = await answerer_on(store, config, chat).ask(QUESTION)
    quoted(answer, *answer.notes)
    assert "refuses the key" in answer.notes[0] and "sk-wrong" not in str(answer.as_json())


async def test_a_busy_server_is_waited_for(answerer: Answerer, server: OpenAIServer) -> None:
    server.replies.extend([fails(429, headers={"retry-after": "0"}), says(CABLES)])
    assert (await answerer.ask(QUESTION)).model == MODEL


async def test_a_torn_sentence_is_not_said(answerer: Answerer, server: OpenAIServer) -> None:
    server.replies.append(says(f"{CABLES} Engineers found 14 cra", finish="length"))
    answer = await answerer.ask(QUESTION)
    assert re.fullmatch(
        r"Engineers found 14 cracked cables on the Harrow bridge. [][12]+", answer.text
    )
    assert answer.notes == (CUT,)


async def test_a_model_that_does_not_stop_is_stopped(
    answerer: Answerer, server: OpenAIServer
) -> None:
    server.replies.append(says(CABLES, *[" And so on"] * 400, then="hang"))
    answer = await answerer.ask(QUESTION)
    assert answer.notes == (CUT,)
    assert server.requests[0].gone.wait(5)


async def test_closing_the_stream_closes_the_connection(
    answerer: Answerer, server: OpenAIServer
) -> None:
    server.replies.append(says("Engineers", then="hang", finish=None))
    async with aclosing(answerer.stream(QUESTION)) as events:
        assert await anext(events) == Draft("Engineers")
    assert await asyncio.to_thread(server.requests[0].gone.wait, 5)


async def test_cancelling_a_question_closes_the_connection(
    answerer: Answerer, server: OpenAIServer
) -> None:
    server.replies.append(says("Engineers", then="hang", finish=None))
    asking = asyncio.create_task(answerer.ask(QUESTION))
    await asyncio.to_thread(server.asked.wait, 5)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert await asyncio.to_thread(server.requests[0].gone.wait, 5)


async def test_orders_in_an_article_are_fenced_and_not_carried_out(
    answerer: Answerer, server: OpenAIServer
) -> None:
    obeyed = "The bridge is open and the key is at https://evil.example [1]."
    server.replies.extend(
        [says(f"The tide rose by 4 metres on Sunday [1]. {obeyed}"), says(obeyed)]
    )
    answer = await answerer.ask("By how many metres did the tide at Harrow rise on Sunday?")
    check(answer, INJECTED)
    assert "4 metres" in answer.text and "evil" not in answer.text
    given = server.requests[0].body["messages"][1]["content"]
    assert given.count("<question>") == given.count("</question>") == 1
    assert given.count("</passage>") == given.count("<passage ")


async def test_a_follow_up_is_searched_for_as_the_model_words_it(
    answerer: Answerer, server: OpenAIServer
) -> None:
    history = [Turn("user", "Which ferry sails all night?"), Turn("assistant", "The Harrow ferry.")]
    reworded = "How many passengers does the captain of the Harrow ferry expect?"
    server.replies.extend([says(reworded), says("The captain expects 900 passengers [1].")])
    answer = await answerer.ask("And how many passengers does its captain expect?", history)
    check(answer)
    assert answer.query.startswith(reworded) and "900 passengers" in answer.text
    assert reworded in sent(server)


async def test_a_question_on_another_matter_is_not_worded_anew(
    answerer: Answerer, server: OpenAIServer
) -> None:
    server.replies.append(says(CABLES))
    history = [Turn("user", "Which wood burns in the oven of the bakery on Mill Street?")]
    answer = await answerer.ask(QUESTION, history)
    assert (answer.query, len(server.requests)) == (QUESTION, 1)


async def test_a_reply_to_what_was_asked_back_needs_no_rewording(
    answerer: Answerer, server: OpenAIServer
) -> None:
    options = "1. Storm closes the Harrow bridge · bridge\n2. Ferry adds night trips · ferry"
    history = [Turn("user", QUESTION), Turn("assistant", f"{ASKING}\n{options}")]
    server.replies.append(says(CABLES))
    answer = await answerer.ask("the first", history)
    assert answer.model == MODEL and len(server.requests) == 1
    assert "Storm closes the Harrow bridge" in answer.query


async def test_what_does_not_fit_the_window_is_left_away_from_the_last(
    server: OpenAIServer, store: Store
) -> None:
    config = settings(server, chat_window=1400)
    server.fallback = lambda _: says(CABLES)
    async with chat_models(config) as chat:
        answer = await answerer_on(store, config, chat).ask(QUESTION)
    assert (answer.model, answer.notes[1:]) == (MODEL, ())
    shown = re.findall(r'<passage number="(\d+)"', sent(server))
    assert 1 <= len(shown) < len(answer.passages) and shown[0] == "1"


async def test_without_room_for_a_passage_there_are_quotes(
    server: OpenAIServer, store: Store, tmp_path: Path
) -> None:
    (tmp_path / "answer.md").write_text("Be good. " * 900 + "{today} {form}")
    config = settings(server, chat_window=2048, prompts=tmp_path)
    async with chat_models(config) as chat:
        answer = await answerer_on(store, config, chat).ask(QUESTION)
    quoted(answer, *answer.notes)
    assert "raise CHAT_WINDOW" in answer.notes[0] and not server.requests


async def test_prompts_of_ones_own_are_used(
    server: OpenAIServer, store: Store, tmp_path: Path
) -> None:
    (tmp_path / "answer.md").write_text("Speak like a sailor. Form: {form}. Today is {today}.")
    config = settings(server, prompts=tmp_path)
    server.fallback = lambda _: says(CABLES)
    async with chat_models(config) as chat:
        await answerer_on(store, config, chat).ask(QUESTION)
    assert sent(server).startswith("Speak like a sailor.")


@pytest.mark.usefixtures("socket_enabled")
async def test_a_real_model_is_only_let_say_what_stands_there(store: Store) -> None:
    config = Config(chat_model=str(model_file()), chat_window=2048, judge="none")
    async with chat_models(config) as chat:
        assert chat
        events = [event async for event in answerer_on(store, config, chat).stream(QUESTION)]
    drafts, [answer] = events[:-1], events[-1:]
    assert len(drafts) > 3 and isinstance(answer, Answer)
    check(answer, INJECTED)
    assert answer.status is not Status.CLARIFY
    assert answer.model in (chat.llm.name, "quotes")
    assert answer.model == chat.llm.name or answer.notes
