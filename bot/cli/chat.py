"""A conversation in the terminal, or line by line from a pipe.

It reads the commands; how questions are answered and remembered it does not know.
"""

import asyncio
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from rich.console import Console
from rich.text import Text

from bot.answer import Answer, Turn
from bot.cli.render import Block, answer_blocks, citation_blocks, one_line, print_blocks
from bot.conversation.memory import Exchange, Memory
from bot.conversation.request import cleaned
from bot.validation import clean_question
from index.errors import StoreError, UsageError

HELP = """\
/sources  the quotes behind the last answer
/forget   delete what was said so far; so does /reset
/export   what is kept of this conversation, as JSON
/help     these lines
/quit     leave (so does Ctrl-D); Ctrl-C stops a question"""


class Ask(Protocol):
    """Answers a question in the light of the turns before it."""

    def __call__(self, question: str, history: Sequence[Turn]) -> Answer:
        """The answer; a KeyboardInterrupt from it means that the person gave up waiting."""


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation of a memory, to be waited for; `articles` is the collection asked."""

    runner: asyncio.Runner
    memory: Memory
    name: str
    articles: str | None = None

    def turns(self) -> Sequence[Turn]:
        """What was said so far, as much as a question needs."""
        return self.runner.run(self.memory.turns(self.name))

    def remember(self, question: str, answer: Answer) -> None:
        """Add a question and its answer."""
        self.runner.run(self.memory.remember(self.name, question, answer, articles=self.articles))

    def export(self) -> list[Exchange]:
        """All that is kept."""
        return self.runner.run(self.memory.export(self.name))

    def forget(self) -> None:
        """Delete all that is kept."""
        self.runner.run(self.memory.forget(self.name))


class Chat:
    """One conversation; `say` prints what a line typed by the person leads to."""

    def __init__(
        self, ask: Ask, talk: Talk, out: Console, notes: Console, as_json: bool = False
    ) -> None:
        self._ask = ask
        self._talk = talk
        self._out = out
        self._notes = notes
        self._as_json = as_json
        self._last: Answer | None = None

    def run(self) -> None:
        """Say every line of standard input until it ends or the person quits."""
        for line in typed_lines():
            if line == "/quit":
                return
            if line:
                self.say(line)

    def say(self, line: str) -> None:
        """Carry out a command, or answer a question and remember both."""
        match line.strip():
            case "/forget" | "/reset":
                self._talk.forget()
                self._last = None
                self._note("forgotten; ask something new")
            case "/export":
                self._json([exchange.as_json() for exchange in self._talk.export()])
            case "/sources":
                self._sources()
            case "/help":
                self._note(HELP)
            case command if command.startswith("/") and command[1:].isalpha():
                self._note(f"there is no {command}; /help lists the commands")
            case question:
                self._answer(question)

    def _answer(self, text: str) -> None:
        try:
            question = clean_question(text)
            answer = self._ask(question, self._talk.turns())
        except UsageError as problem:
            self._note(str(problem))
            return
        except KeyboardInterrupt:
            self._note("stopped")
            return
        self._last = answer
        if self._as_json:
            self._json(answer.as_json())
        else:
            print_blocks(self._out, reply_blocks(answer, question))
        self._out.file.flush()
        try:
            self._talk.remember(question, answer)
        except StoreError as problem:
            self._note(str(problem))

    def _sources(self) -> None:
        citations = self._last.citations if self._last else ()
        if not citations:
            self._note("no sources yet; ask something first")
        elif self._as_json and self._last:
            self._json(self._last.as_json()["citations"])
        else:
            print_blocks(self._out, citation_blocks(citations))

    def _json(self, value: object) -> None:
        self._out.file.write(json.dumps(value) + "\n")

    def _note(self, text: str) -> None:
        print_blocks(self._notes, [Block(Text(text, "dim"))])


def reply_blocks(answer: Answer, question: str) -> Iterator[Block]:
    """The answer with its sources' names; what was searched for, where more than politeness
    differs."""
    if one_line(answer.query) not in (one_line(question), one_line(cleaned(question))):
        yield Block(Text(f"searched for: {one_line(answer.query)}", "dim"))
    yield from answer_blocks(answer, quotes=False)
    yield Block(Text())


def typed_lines() -> Iterator[str]:
    """The lines of standard input; prompts for each when a person is there to see it."""
    person = sys.stdin.isatty()
    if person:
        with suppress(ImportError):
            import readline  # noqa: F401, PLC0415  (gives input() line editing)
    prompt = "> " if person and sys.stdout.isatty() else ""
    while True:
        try:
            yield input(prompt).strip()
        except EOFError:
            if prompt:
                print()
            return
        except KeyboardInterrupt:
            if not person:
                raise
            print()
