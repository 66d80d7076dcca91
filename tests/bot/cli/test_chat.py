"""A conversation, line by line from a pipe and in a real terminal."""

import asyncio
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.answer import Answer, Citation, Status, Turn
from bot.cli.chat import Chat, Talk
from bot.cli.render import console
from bot.conversation.memory import Memory

if TYPE_CHECKING:
    from tests.conftest import Dateline
    from tests.terminal import Terminal

QUESTION = "How many North Korean soldiers are there in each group that gets an interpreter?"
FOLLOW_UP = "And how many Russian officers?"


class Tried:
    """A Chat with an answerer that keeps what it was asked."""

    def __init__(self, talk: Talk) -> None:
        self.asked: list[tuple[str, Sequence[Turn]]] = []
        self.out, self.notes = io.StringIO(), io.StringIO()
        self.talk = talk
        self.chat = self.chatting()

    def chatting(self, as_json: bool = False) -> Chat:
        return Chat(self.answer, self.talk, console(self.out), console(self.notes), as_json)

    def answer(self, question: str, history: Sequence[Turn]) -> Answer:
        if question == "slow?":
            raise KeyboardInterrupt
        self.asked.append((question, history))
        citation = Citation(1, "a.txt", "Title", None, None, "A quote.", 0, 8)
        query = f"{question} [{history[0].content}]" if history else question
        return Answer(Status.ANSWERED, "A quote. [1]", 0.5, query, (citation,))


@pytest.fixture
def talk() -> Iterator[Tried]:
    with asyncio.Runner() as runner:
        opening = Memory.open(None, 1, print)
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
    db = talk.talk.memory._db
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
