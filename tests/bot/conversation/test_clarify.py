"""What is asked back, and how the reply is read."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answer import Answer, Status, Turn
from bot.answerer import Answerer
from bot.conversation.clarify import ASKING, meant, options_of
from index.embed import StaticEmbedder
from index.store import Store

if TYPE_CHECKING:
    from tests.conftest import Dateline
    from tests.terminal import Terminal

ARTICLES = {
    "reno.txt": "Reno library moves\n\nThe Reno library in Nevada offers story hours and free"
    " tickets to the zoo. The city library is open on Sundays from now on.",
    "austin.txt": "Austin library grows\n\nThe Austin library in Texas offers sewing classes and"
    " a seed bank. The city library has bought the house next door.",
    "ferry.txt": "Ferry sails again\n\nThe ferry to Kagoshima sails again after its engine was"
    " repaired. The captain said that he had missed the sea.",
}
UNNAMED = "What does the city library offer?"


@pytest.fixture(scope="module")
def answerer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answerer]:
    folder = tmp_path_factory.mktemp("clarify")
    articles = folder / "articles"
    articles.mkdir()
    for name, text in ARTICLES.items():
        (articles / name).write_text(text)
    with Store.open(folder / "store", StaticEmbedder()) as store:
        store.sync([articles], lambda _: None)
        yield Answerer(store)


def after(question: str, answer: Answer) -> list[Turn]:
    return [Turn("user", question), Turn("assistant", answer.text)]


@pytest.mark.parametrize(
    "question",
    [
        "What did he say?",
        "How many of them are there?",
        "And when?",
        "Why?",
        "Tell me more",
        UNNAMED,
    ],
)
async def test_what_can_be_meant_in_several_ways_is_asked_back(
    answerer: Answerer, question: str
) -> None:
    answer = await answerer.ask(question)
    assert answer.status is Status.CLARIFY
    assert answer.citations == ()
    offered = options_of(answer.text)
    assert 2 <= len(offered) <= 3
    titles = {text.splitlines()[0]: name for name, text in ARTICLES.items()}
    for line, title in zip(answer.text.splitlines()[1:], offered, strict=True):
        assert line.endswith(f"{title} · {titles[title]}")


@pytest.mark.parametrize(
    "question",
    [
        "What does the Austin library in Texas offer?",
        "When is the library in Reno open?",
        "What did the captain of the ferry to Kagoshima say?",
        "Who won the 2018 World Cup?",
    ],
)
async def test_what_is_clear_is_not(answerer: Answerer, question: str) -> None:
    assert (await answerer.ask(question)).status is not Status.CLARIFY


async def test_a_follow_up_is_not(answerer: Answerer) -> None:
    before = [Turn("user", "Where does the ferry sail?"), Turn("assistant", "To Kagoshima.")]
    assert (await answerer.ask("What did he say?", before)).status is not Status.CLARIFY


@pytest.mark.parametrize("reply", ["{n}", "the one in Texas", "Austin", "the Austin library"])
async def test_the_reply_goes_on_with_the_question(answerer: Answerer, reply: str) -> None:
    asked = await answerer.ask(UNNAMED)
    place = options_of(asked.text).index("Austin library grows") + 1
    answer = await answerer.ask(reply.format(n=place), after(UNNAMED, asked))
    assert answer.status is Status.ANSWERED
    assert answer.query.startswith(f"{UNNAMED} [")
    assert "sewing classes" in answer.text
    assert answer.citations[0].source == "austin.txt"


async def test_a_follow_up_after_the_reply_knows_what_was_meant(answerer: Answerer) -> None:
    asked = await answerer.ask(UNNAMED)
    place = str(options_of(asked.text).index("Reno library moves") + 1)
    history = after(UNNAMED, asked)
    history += after(place, await answerer.ask(place, history))
    answer = await answerer.ask("And when is it open?", history)
    assert answer.query == f"And when is it open? [Reno library moves / {UNNAMED}]"


@pytest.mark.parametrize("question", ["What did he say?", UNNAMED])
async def test_a_number_that_is_not_offered_is_asked_again(
    answerer: Answerer, question: str
) -> None:
    history = after(question, asked := await answerer.ask(question))
    for wrong in ("7", "8"):
        again = await answerer.ask(wrong, history)
        assert (again.status, again.query, again.text) == (Status.CLARIFY, question, asked.text)
        history += after(wrong, again)
    answer = await answerer.ask("the second", history)
    assert answer.query == f"{question} [{options_of(asked.text)[1]}]"


async def test_another_question_in_place_of_a_reply(answerer: Answerer) -> None:
    asked = await answerer.ask(UNNAMED)
    question = "Why did the ferry to Kagoshima stop sailing before its engine was repaired?"
    answer = await answerer.ask(question, after(UNNAMED, asked))
    assert answer.query == question


OFFERED = ("Reno library moves", "Austin library grows", "Ferry sails again")


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        ("2", OFFERED[1:2]),
        ("2.", OFFERED[1:2]),
        ("#2", OFFERED[1:2]),
        ("Option 2", OFFERED[1:2]),
        ("the second", OFFERED[1:2]),
        ("The second one.", OFFERED[1:2]),
        ("I mean the 2nd article", OFFERED[1:2]),
        ("two", OFFERED[1:2]),
        ("the last one", OFFERED[2:]),
        ("the one about Austin", OFFERED[1:2]),
        ("ferry!", OFFERED[2:]),
        ("all of them", OFFERED),
        ("the one in Texas", ("the one in Texas",)),
        ("the library", ("the library",)),
        ("0", ()),
        ("4", ()),
        ("Who won the World Cup?", None),
        ("what did the mayor say", None),
        ("Austin's?", None),
    ],
)
def test_what_a_reply_means(reply: str, told: tuple[str, ...] | None) -> None:
    assert meant(reply, OFFERED) == told


@given(st.text(), st.lists(st.text(min_size=1), min_size=1, max_size=3))
def test_any_reply_will_do(reply: str, options: list[str]) -> None:
    told = meant(reply, options)
    assert told is None or set(told) <= {reply, *options}


@given(st.text())
def test_only_what_was_asked_back_has_options(text: str) -> None:
    assert options_of(text) == () or text.startswith(ASKING)


def test_the_exit_status_says_so(dateline: "Dateline", seeds_store: Path) -> None:
    done = dateline("ask", "What did he say about it?", "--store", seeds_store)
    assert (done.returncode, done.stderr) == (4, "")
    assert done.stdout.startswith(ASKING)


def test_in_a_terminal(terminal: "Terminal", seeds_store: Path) -> None:
    terminal.enter(f"dateline chat --store {seeds_store}")
    terminal.wait_for_prompt(">")
    terminal.enter("What did he say about it?")
    terminal.wait_for("1. ")
    terminal.wait_for_prompt(">")
    terminal.enter("the second one")
    screen = terminal.wait_for("[1]")
    assert "searched for: What did he say about it? [" in screen
    assert screen.count("confidence") == 1
