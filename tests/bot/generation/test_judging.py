"""What a judge makes of written answers, and what is said where none judges."""

import json
from pathlib import Path

import pytest

from bot.answer import Status, Turn
from bot.answerer import FOUND_NONE, Answerer
from bot.factory import answerer_on, chat_models, models
from bot.generation.outcome import LEFT_OUT, QUOTED
from index.store import Store
from tests.bot.generation.drafts import (
    CABLES,
    INVENTED,
    QUESTION,
    judges,
    quoted,
    sent,
    settings,
)
from tests.bot.test_answerer import check
from tests.standins.judge import asked_of_judge, verdict
from tests.standins.openai_server import (
    MODEL,
    OpenAIServer,
    Scripted,
    fails,
    says,
)


async def test_one_request_writes_and_one_judges(answerer: Answerer, server: OpenAIServer) -> None:
    server.replies.append(says(f"{CABLES} {INVENTED}"))
    await answerer.ask(QUESTION)
    server.judged.clear()  # the exam as well, once
    server.replies.append(says(f"{CABLES} {INVENTED}"))
    answer = await answerer.ask(QUESTION)
    assert (len(server.requests), len(server.judged)) == (2, 1)
    given = asked_of_judge(server.judged[0].body)
    assert given["question"] == QUESTION
    cited = {p["passage"]: p for p in given["passages"]}
    assert "Engineers found 14 cracked cables." in cited[1]["sentences"].values()
    right, wrong = given["draft"]
    assert (right["n"], right["cites"], "problem" in right) == (1, [1], False)
    assert "99" in wrong["problem"]
    assert "resigned" not in answer.text


async def test_the_judge_corrects_a_sentence(answerer: Answerer, server: OpenAIServer) -> None:
    server.replies.append(
        says(f"{CABLES} The mayor asked drivers to use the ferry until June [1].")
    )
    await answerer.ask(QUESTION)
    right = "She asked drivers to use the ferry until May."
    judges(
        server,
        verdict(1, supported=True, evidence=("1.2",)),
        verdict(2, supported=False, evidence=("1.4",), why="It is May.", corrected=right),
    )
    server.replies.append(
        says(f"{CABLES} The mayor asked drivers to use the ferry until June [1].")
    )
    answer = await answerer.ask(QUESTION)
    check(answer)
    assert answer.text.endswith(f"{right} [2]") and answer.notes == ()
    assert answer.citations[1].quote == "She asked drivers to use the ferry until May."


async def test_what_is_left_out_is_counted_and_named(
    answerer: Answerer, server: OpenAIServer
) -> None:
    server.replies.append(says(f"{CABLES} {INVENTED}"))
    answer = await answerer.ask(QUESTION)
    check(answer)
    assert (answer.status, answer.model) == (Status.ANSWERED, MODEL)
    assert answer.notes == (LEFT_OUT.format(1, 2),)
    assert [left.text for left in answer.left_out] == [
        "The mayor resigned over 99 bribes on Friday."
    ]
    assert answer.as_json()["left_out"][0]["reason"]


async def test_no_verdict_overrides_a_figure_that_no_passage_has(
    answerer: Answerer, server: OpenAIServer
) -> None:
    server.replies.append(says("Engineers found 15 cracked cables on the Harrow bridge [1]."))
    await answerer.ask(QUESTION)
    judges(server, verdict(1, supported=True, evidence=("1.2",)))
    server.replies.append(says("Engineers found 15 cracked cables on the Harrow bridge [1]."))
    answer = await answerer.ask(QUESTION)
    check(answer)
    assert "15" not in answer.text
    assert answer.text == "Engineers found 14 cracked cables. [1]"
    assert "“15”" in answer.left_out[0].reason


async def test_a_sentence_does_not_refer_to_one_that_is_gone(
    answerer: Answerer, server: OpenAIServer
) -> None:
    draft = f"Otto Lind resigned [1]. She asked drivers to use the ferry until May [1]. {CABLES}"
    server.replies.append(says(draft))
    answer = await answerer.ask("What did the mayor of Harrow ask drivers to use until May?")
    check(answer)
    assert "resigned" not in answer.text
    assert "Ines Calder" in answer.text or "She asked drivers" in answer.text


@pytest.mark.parametrize("word", ["Yes.", "No."])
async def test_yes_and_no_are_kept(answerer: Answerer, server: OpenAIServer, word: str) -> None:
    server.replies.append(says(f"{word} {CABLES}"))
    answer = await answerer.ask("Did engineers find 14 cracked cables on the Harrow bridge?")
    check(answer)
    assert answer.text.startswith(f"{word} Engineers found 14 cracked cables")


async def test_a_judge_that_failed_its_exam_is_not_asked(
    server: OpenAIServer, store: Store, tmp_path: Path
) -> None:
    config = settings(server, store=tmp_path)
    server.judge = lambda _: says(json.dumps({"verdicts": []}))
    for _ in range(2):
        server.replies.append(says(CABLES))
        async with chat_models(config) as chat:
            answer = await answerer_on(store, config, chat).ask(QUESTION)
        check(answer)
        assert "14 cracked cables" in answer.text
    assert len(server.judged) == 1  # the exam ends where nothing is right, and is remembered
    assert "did not pass the exam" in answer.notes[0]
    assert answer.notes[0].startswith(QUOTED.split("{}")[0] or "1 of 1")


@pytest.mark.parametrize(
    "reply",
    [says("Hm."), says('{"verdicts": [{"n": "?"}]}'), Scripted(status=400), fails(500)],
)
async def test_without_verdicts_what_is_doubtful_is_quoted(
    answerer: Answerer, server: OpenAIServer, reply: Scripted
) -> None:
    server.replies.append(says(CABLES))
    await answerer.ask(QUESTION)
    server.judge = lambda _: reply
    server.replies.append(says(f"{CABLES} Engineers found 14 cracked cables [1]."))
    answer = await answerer.ask(QUESTION)
    check(answer)
    assert answer.text.endswith("Engineers found 14 cracked cables. [1]")
    assert answer.model == MODEL and len(answer.left_out) == 1


async def test_half_a_batch_is_asked_for_again(answerer: Answerer, server: OpenAIServer) -> None:
    draft = f"{CABLES} The mayor is Ines Calder [1]."
    server.replies.append(says(draft))
    await answerer.ask(QUESTION)
    server.judged.clear()
    halves = [
        verdict(1, supported=True, evidence=("1.2",)),
        verdict(2, supported=True, evidence=("1.3",)),
    ]
    server.judge = lambda _: says(json.dumps({"verdicts": [halves.pop(0)]}))
    server.replies.append(says(draft))
    answer = await answerer.ask(QUESTION)
    check(answer)
    assert len(server.judged) == 2 and answer.notes == ()
    again = asked_of_judge(server.judged[1].body)["draft"]
    assert ["n" in row for row in again] == [False, True]
    assert "The mayor is Ines Calder." in answer.text


async def test_without_a_judge_only_near_copies_are_said(
    unjudged: Answerer, server: OpenAIServer
) -> None:
    copied = "Engineers found 14 cracked cables [1]."
    server.replies.append(says(f"{copied} Restoring it will cost 2.5 million dollars [1]."))
    answer = await unjudged.ask(QUESTION)
    check(answer)
    assert not server.judged
    assert answer.text.startswith("Engineers found 14 cracked cables.")
    assert "The mayor, Ines Calder, said repairs would cost 2.5 million dollars." in answer.text
    assert "Restoring" not in answer.text
    assert answer.notes == (QUOTED.format(1, 2, "no model is to judge it"),)


async def test_a_trusted_model_decides_what_the_passages_answer(
    answerer: Answerer, server: OpenAIServer
) -> None:
    server.replies.append(says("The articles do not say."))
    declined = await answerer.ask(QUESTION)
    check(declined)
    assert (declined.status, declined.model) == (Status.ABSTAINED, MODEL)
    assert "not answer this" in declined.text


async def test_a_model_that_is_not_trusted_is_doubted_where_an_answer_is_likely(
    server: OpenAIServer, store: Store
) -> None:
    server.fallback = lambda _: says("The passages do not say.")
    async with chat_models(settings(server, judge="none")) as chat:
        bold = await Answerer(store, 0.05, chat, models(settings(server))).ask(QUESTION)
        least = bold.confidence + 0.01
        declined = await Answerer(store, least, chat, models(settings(server))).ask(QUESTION)
    quoted(bold, FOUND_NONE)
    assert (declined.status, declined.model) == (Status.ABSTAINED, MODEL)
    assert bold.confidence == declined.confidence < 0.6


async def test_what_only_a_model_can_do_is_left_to_it(
    answerer: Answerer, server: OpenAIServer
) -> None:
    said = "Ingenieure fanden 14 gerissene Kabel an der Brücke [1]."
    server.replies.append(says(said))
    await answerer.ask(QUESTION)
    server.judge = lambda _: says(
        json.dumps({"verdicts": [verdict(1, supported=True, evidence=("1.2",))]})
    )
    server.replies.append(says(said))
    answer = await answerer.ask("Was haben die Ingenieure an der Harrow bridge gefunden?")
    check(answer)
    assert answer.model == MODEL and answer.text.startswith("Ingenieure fanden 14")


async def test_without_what_the_gate_found_missing_a_doubted_model_is_asked(
    unjudged: Answerer, server: OpenAIServer
) -> None:
    server.replies.append(says(CABLES))
    answer = await unjudged.ask(f"{QUESTION} Who won the women's chess olympiad?")
    check(answer)
    assert answer.status is Status.PARTIAL
    assert "The articles do not say: Who won the women's chess olympiad?" in answer.text
    assert "chess olympiad" not in sent(server)


async def test_the_conversation_before_is_given_without_its_marks(
    answerer: Answerer, server: OpenAIServer
) -> None:
    history = [Turn("user", QUESTION), Turn("assistant", "They found 14 cracked cables. [3]")]
    server.fallback = lambda _: says(CABLES)
    await answerer.ask("How many cracked cables did the engineers find there?", history)
    given = sent(server)
    assert "assistant: They found 14 cracked cables.\n" in given and "cables. [3]" not in given
