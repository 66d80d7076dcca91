"""A conversation, line by line from a pipe and in a real terminal."""

import asyncio
import io
import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answer import Answer, Citation, LeftOut, Status, Turn
from bot.cli.chat import Chat, Talk
from bot.cli.lookup import Lookup, quote_blocks
from bot.cli.render import clean, console
from bot.conversation.store import ConversationStore
from index.article import Article, Passage
from index.errors import UsageError

if TYPE_CHECKING:
    from tests.conftest import Dateline
    from tests.terminal import Terminal

QUESTION = "How many North Korean soldiers are there in each group that gets an interpreter?"
FOLLOW_UP = "And how many Russian officers?"


BEFORE, AFTER = "Before it, much was said. " * 40, " After it, more was said." * 40
ARTICLE = Article("a.txt", "Title", f"{BEFORE}A quote.{AFTER}", None, None)


class Shelf:
    """A lookup in one article."""

    def search(self, query: str) -> Sequence[Passage]:
        return [Passage("a.txt", "Title", None, None, "A quote.", 0, 8, 1.0)] * ("quote" in query)

    def article(self, source: str) -> Article:
        if source != ARTICLE.source:
            raise UsageError(f"there is no article {source!r}")
        return ARTICLE


class Tried:
    """A Chat with an answerer that keeps what it was asked."""

    def __init__(self, talk: Talk) -> None:
        self.asked: list[tuple[str, Sequence[Turn]]] = []
        self.out, self.notes = io.StringIO(), io.StringIO()
        self.talk = talk
        self.forgotten: list[bool] = []
        self.chat = self.chatting()

    def chatting(self, as_json: bool = False) -> Chat:
        consoles = console(self.out), console(self.notes)
        lookup = cast(Lookup, Shelf())
        return Chat(
            *(self.answer, self.talk, *consoles),
            as_json=as_json,
            lookup=lookup,
            forget_typed=lambda: self.forgotten.append(True),
        )

    def answer(self, question: str, history: Sequence[Turn]) -> Answer:
        if question == "slow?":
            raise KeyboardInterrupt
        self.asked.append((question, history))
        at = len(BEFORE)
        citation = Citation(1, "a.txt", "Title", None, None, "A quote.", at, at + 8)
        query = f"{question} [{history[0].content}]" if history else question
        lost = (LeftOut("It rained.", "no passage says so"),) if question == "written?" else ()
        return Answer(Status.ANSWERED, "A quote. [1]", 0.5, query, (citation,), left_out=lost)


@pytest.fixture
def talk() -> Iterator[Tried]:
    with asyncio.Runner() as runner:
        opening = ConversationStore.open(None, 1, print)
        memory = runner.run(opening.__aenter__())
        yield Tried(Talk(runner, memory, "unnamed"))
        runner.run(opening.__aexit__(None, None, None))


@pytest.mark.parametrize("forget", ["/forget", "/reset"])
def test_each_question_carries_the_turns_before_it(talk: Tried, forget: str) -> None:
    for line in ("who?", "and when?", forget, "where?"):
        talk.chat.say(line)
    before = [Turn("user", "who?"), Turn("assistant", "A quote. [1]")]
    assert talk.asked == [("who?", []), ("and when?", before), ("where?", [])]


def test_what_is_kept_can_be_had(talk: Tried) -> None:
    talk.chat.say("who?")
    talk.out.truncate(0)
    talk.out.seek(0)
    talk.chat.say("/export")
    [exchange] = json.loads(talk.out.getvalue())
    assert (exchange["question"], exchange["answer"]) == ("who?", "A quote. [1]")
    assert exchange["citations"][0]["quote"] == "A quote."


def test_an_answer_that_cannot_be_kept_is_shown_all_the_same(talk: Tried) -> None:
    db = talk.talk.conversations._db
    talk.talk.runner.run(db.change("PRAGMA query_only = ON"))
    talk.chat.say("who?")
    assert "A quote. [1]" in talk.out.getvalue()
    assert "cannot read or write" in talk.notes.getvalue()
    talk.talk.runner.run(db.change("PRAGMA query_only = OFF"))
    talk.chat.say("and when?")
    assert talk.asked == [("who?", []), ("and when?", [])]


def test_a_rewritten_query_is_shown_and_another_not(talk: Tried) -> None:
    talk.chat.say("who?")
    assert "searched for" not in talk.out.getvalue()
    talk.chat.say("and when?")
    assert "searched for: and when? [who?]" in talk.out.getvalue()


def test_sources_are_those_of_the_last_answer(talk: Tried) -> None:
    talk.chat.say("/sources")
    assert "no sources yet" in talk.notes.getvalue()
    talk.chat.say("who?")
    assert "“A quote.”" not in talk.out.getvalue()
    talk.chat.say("/sources")
    assert "“A quote.”" in talk.out.getvalue()


def test_a_quote_is_shown_in_its_article(talk: Tried) -> None:
    for line in ("/show 1", "who?", "/show 2", "/show", "/show b.txt"):
        talk.chat.say(line)
    said = talk.notes.getvalue()
    assert "no answer has any yet" in said and "the last answer has 1 to 1" in said
    assert "say which" in said and "no article 'b.txt'" in said
    talk.out.truncate(0)
    talk.chat.say("/show 1")
    shown = talk.out.getvalue()
    assert "»A quote.«" in shown and len(shown) < 1200
    talk.chat.say("/show a.txt")
    assert f"{BEFORE}A quote.{AFTER}" in talk.out.getvalue()


@given(st.text(min_size=1, max_size=60), st.data())
def test_a_quote_is_marked_wherever_it_is(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    before = data.draw(st.integers(0, 1000)) * "x "
    article = Article("a.txt", "Title", f"{before}{text}{before}", None, None)
    moved = start + len(before), end + len(before)
    citation = Citation(1, "a.txt", "Title", None, None, text[start:end], *moved)
    shown = "".join(block.text.plain for block in quote_blocks(article, citation, True))
    assert not clean(text[start:end]) or f"»{clean(text[start:end])}«" in shown


def test_it_is_told_why_an_answer_is_as_it_is(talk: Tried) -> None:
    for line in ("/why", "who?", "/why"):
        talk.chat.say(line)
    assert "no answer yet" in talk.notes.getvalue()
    assert "searched for: who?" in talk.out.getvalue()
    assert "nothing that was written was left out" in talk.out.getvalue()
    talk.chat.say("written?")
    talk.chat.say("/why")
    assert "left out: “It rained.”\n    because: no passage says so\n" in talk.out.getvalue()


def test_words_are_searched_for(talk: Tried) -> None:
    for line in ("/search a quote", "/search nothing", "/search"):
        talk.chat.say(line)
    assert talk.out.getvalue() == "1. 1.000 Title · a.txt\n    A quote.\n"
    assert "nothing was found" in talk.notes.getvalue() and "is empty" in talk.notes.getvalue()
    assert talk.asked == []


def test_what_is_looked_up_is_json_too(talk: Tried) -> None:
    chat = talk.chatting(as_json=True)
    for line in ("written?", "/why", "/show 1", "/search quote"):
        chat.say(line)
    _, why, shown, found = map(json.loads, talk.out.getvalue().splitlines())
    assert why == [{"text": "It rained.", "reason": "no passage says so"}]
    assert shown["text"][shown["start"] : shown["end"]] == "A quote."
    assert found[0]["source"] == "a.txt"


def test_what_was_typed_is_forgotten_too(talk: Tried) -> None:
    talk.chat.say("/reset")
    assert talk.forgotten == [True]


def test_a_stopped_or_refused_question_is_forgotten(talk: Tried) -> None:
    for line in ("slow?", "x" * 5000, "/nonsense", "who?"):
        talk.chat.say(line)
    assert talk.asked == [("who?", [])]
    said = talk.notes.getvalue()
    assert "stopped" in said and "4,000" in said and "no /nonsense" in said


def test_json_is_one_object_a_line(talk: Tried) -> None:
    chat = talk.chatting(as_json=True)
    for line in ("who?", "and when?", "/sources"):
        chat.say(line)
    first, second, sources = map(json.loads, talk.out.getvalue().splitlines())
    assert (first["query"], second["query"]) == ("who?", "and when? [who?]")
    assert sources == first["citations"]


def test_lines_from_a_pipe(dateline: "Dateline", seeds_store: Path) -> None:
    said = f"{QUESTION}\n\n{FOLLOW_UP}\n/quit\nnever asked\n"
    done = dateline("chat", "--json", "--store", seeds_store, stdin=said)
    assert (done.returncode, done.stderr) == (0, "")
    first, second = map(json.loads, done.stdout.splitlines())
    assert "30" in first["answer"]
    assert "three Russian officers" in second["answer"]


def test_thanks_between_questions_change_nothing(dateline: "Dateline", seeds_store: Path) -> None:
    said = f"hi! {QUESTION}\nThanks!\n{FOLLOW_UP}\nwhat articles do you have?\n/export\n"
    done = dateline("chat", "--json", "--store", seeds_store, stdin=said)
    assert (done.returncode, done.stderr) == (0, "")
    first, thanks, second, listed, kept = map(json.loads, done.stdout.splitlines())
    assert (first["query"], thanks["answer"]) == (QUESTION, "You are welcome.")
    assert second["query"] == f"{FOLLOW_UP} [{QUESTION}]"
    assert "three Russian officers" in second["answer"]
    assert (thanks["status"], listed["status"]) == ("reply", "reply")
    assert [turn["status"] for turn in kept] == ["answered", "answered"]


def test_a_reply_has_no_confidence(dateline: "Dateline", seeds_store: Path) -> None:
    done = dateline("ask", "hello there :)", "--store", seeds_store)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Hello!") and done.stdout.count("\n") == 1


def test_a_pipe_sees_no_prompt(dateline: "Dateline", seeds_store: Path) -> None:
    done = dateline("chat", "--store", seeds_store, stdin=QUESTION)
    assert done.returncode == 0
    assert ">" not in done.stdout


@pytest.mark.parametrize("leave", [["C-d"], ["/quit", "Enter"]])
def test_a_terminal(terminal: "Terminal", seeds_store: Path, leave: list[str]) -> None:
    terminal.enter(f"dateline chat --store {seeds_store}; echo done $?")
    terminal.wait_for_prompt(">")
    terminal.enter(QUESTION)
    terminal.wait_for("confidence")
    terminal.wait_for_prompt(">")
    terminal.type("/sources")
    terminal.wait_for("> /sources")
    terminal.press("Enter")
    terminal.wait_for_prompt(">")
    terminal.type("half a quest")
    terminal.wait_for("> half a quest")
    terminal.press("C-c")
    terminal.wait_for_prompt(">")
    terminal.press(*leave)
    terminal.wait_for("done 0")


def test_a_terminal_completes_and_remembers(
    terminal: "Terminal", seeds_store: Path, tmp_path: Path
) -> None:
    store = shutil.copytree(seeds_store, tmp_path / "store")
    terminal.enter(f"dateline chat --store {store}; echo done $?")
    terminal.wait_for_prompt(">")
    terminal.type("/sh")
    terminal.wait_for("      /show")
    terminal.press("Tab")
    terminal.type(" 004")
    terminal.wait_for("            004_")
    terminal.press("Tab", "Enter")
    shown = terminal.wait_for("North Korean Soldiers Join")
    assert "> /show 004_ce89ec9d11cecf6f.txt" in shown
    terminal.wait_for_prompt(">")
    terminal.enter("/quit")
    terminal.wait_for("done 0")
    history = store / "chat_history"
    assert history.stat().st_mode & 0o777 == 0o600
    assert "+/show 004_ce89ec9d11cecf6f.txt" in history.read_text()
    terminal.enter(f"clear; dateline chat --store {store}; echo done $?")
    terminal.wait_for_prompt(">")
    terminal.press("Up", "Up")
    terminal.wait_for("> /show 004_")
    terminal.press("C-c")
    terminal.enter("/reset")
    terminal.wait_for("forgotten")
    assert not history.exists()
