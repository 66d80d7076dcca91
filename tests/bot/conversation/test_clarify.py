"""What is asked back, and how the reply is read."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answer import Answer, Option, Status, Turn
from bot.answerer import Answerer
from bot.conversation.clarify import (
    ASKING,
    WHAT,
    WHOM,
    Candidate,
    asking_back,
    meant,
    options_of,
)
from index.embedding.similarity import Words
from index.embedding.static import StaticEmbedder
from index.search.retriever import Query
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
WORDS = Words(StaticEmbedder())
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


def titles(asked: Answer) -> list[str]:
    return [option.title for option in asked.options]


async def test_what_can_be_meant_in_several_ways_is_asked_back(answerer: Answerer) -> None:
    answer = await answerer.ask(UNNAMED)
    assert (answer.status, answer.citations) == (Status.CLARIFY, ())
    assert {*answer.options} == {
        Option("Reno library moves", "reno.txt"),
        Option("Austin library grows", "austin.txt"),
    }
    assert options_of(answer.text) == answer.options
    assert answer.as_json()["options"][0] == answer.options[0]._asdict()


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("What did he say?", WHOM),
        ("Who is her husband?", WHOM),
        ("How many of them are there?", WHAT),
        ("And when?", WHAT),
        ("Why?", WHAT),
        ("Tell me more", WHAT),
    ],
)
async def test_what_points_at_nothing_names_no_article_at_random(
    answerer: Answerer, question: str, asked: str
) -> None:
    answer = await answerer.ask(question)
    assert (answer.status, answer.text, answer.options) == (Status.CLARIFY, asked, ())


async def test_a_name_is_a_reply_to_whom(answerer: Answerer) -> None:
    asked = await answerer.ask("What did he say?")
    answer = await answerer.ask("the captain of the ferry", after("What did he say?", asked))
    assert answer.query == "What did he say? [the captain of the ferry]"
    assert answer.citations[0].source == "ferry.txt"


LIBRARY = Query(UNNAMED)


def candidate(title: str, confidence: float, story: int) -> Candidate:
    return Candidate(Option(title, f"{title}.txt"), story, confidence)


@pytest.mark.parametrize(
    ("candidates", "offered"),
    [
        ([candidate("A", 0.6, 1), candidate("B", 0.7, 2)], ("B", "A")),
        ([candidate("A", 0.6, 1), candidate("B", 0.7, 1)], None),  # one story
        ([candidate("A", 0.6, 1), candidate("A", 0.7, 2)], None),  # one title
        ([candidate("A", 0.4, 1), candidate("B", 0.6, 2)], None),  # does not pass the gate
        ([candidate("A", 0.6, 1), candidate("B", 0.9, 2)], None),  # one is clearly meant
        ([candidate(" ", 0.6, 1), candidate("B", 0.7, 2)], None),  # nothing to call it by
        ([candidate(x, 0.6, n) for n, x in enumerate("ABCDE")], ("A", "B", "C")),
        ([], None),
    ],
)
def test_only_what_may_be_meant_is_offered(
    candidates: list[Candidate], offered: tuple[str, ...] | None
) -> None:
    asked = asking_back(LIBRARY, (), candidates, 0.5, WORDS)
    titles = tuple(option.title for option in asked.options) if asked else None
    assert titles == offered
    assert asked is None or options_of(asked.text) == asked.options


def test_a_name_in_the_question_leaves_nothing_open() -> None:
    candidates = [candidate("A", 0.6, 1), candidate("B", 0.7, 2)]
    query = Query("What does the Austin library offer?")
    assert asking_back(query, (), candidates, 0.5, WORDS) is None


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
    place = titles(asked).index("Austin library grows") + 1
    answer = await answerer.ask(reply.format(n=place), after(UNNAMED, asked))
    assert answer.status is Status.ANSWERED
    assert answer.query.startswith(f"{UNNAMED} [")
    assert "sewing classes" in answer.text
    assert answer.citations[0].source == "austin.txt"


async def test_a_follow_up_after_the_reply_knows_what_was_meant(answerer: Answerer) -> None:
    asked = await answerer.ask(UNNAMED)
    place = str(titles(asked).index("Reno library moves") + 1)
    history = after(UNNAMED, asked)
    history += after(place, await answerer.ask(place, history))
    answer = await answerer.ask("And when is it open?", history)
    assert answer.query == f"And when is it open? [Reno library moves / {UNNAMED}]"


async def test_a_number_that_is_not_offered_is_asked_again(answerer: Answerer) -> None:
    history = after(UNNAMED, asked := await answerer.ask(UNNAMED))
    for wrong in ("7", "8"):
        again = await answerer.ask(wrong, history)
        assert (again.status, again.query, again.text) == (Status.CLARIFY, UNNAMED, asked.text)
        assert again.options == asked.options
        history += after(wrong, again)
    answer = await answerer.ask("the second", history)
    assert answer.query == f"{UNNAMED} [{titles(asked)[1]}]"


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
    assert done.stdout.startswith(WHOM)


def test_in_a_terminal(terminal: "Terminal", seeds_store: Path) -> None:
    terminal.enter(f"dateline chat --store {seeds_store}")
    terminal.wait_for_prompt(">")
    terminal.enter("What did he say about it?")
    terminal.wait_for("Whom do you mean")
    terminal.wait_for_prompt(">")
    terminal.enter("Xi Jinping")
    screen = terminal.wait_for("confidence")
    assert "[1]" in screen
    assert "searched for: What did he say about it? [" in screen
    assert screen.count("confidence") == 1
