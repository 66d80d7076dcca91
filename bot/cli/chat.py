"""A conversation in the terminal, or line by line from a pipe.

It reads the commands; how questions are answered and remembered it does not know.
"""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

from rich.console import Console
from rich.text import Text

from bot.answer import Answer, Turn
from bot.cli.lookup import Lookup, cited, quote_blocks, shown_json, why_blocks
from bot.cli.render import (
    Block,
    answer_blocks,
    article_blocks,
    citation_blocks,
    one_line,
    passage_blocks,
    print_blocks,
)
from bot.conversation.record import Exchange
from bot.conversation.request import cleaned
from bot.conversation.store import ConversationStore
from bot.validation import clean_question
from index.errors import DatelineError, StoreError, UsageError

COMMANDS = {
    "/sources": "the quotes behind the last answer",
    "/show": "a quote in its article (/show 1), or an article by its source",
    "/why": "how the last answer came about, and what was left out of it",
    "/search": "the passages found for some words",
    "/reset": "delete what was said and typed so far; so does /forget",
    "/forget": "delete what was said and typed so far",
    "/export": "what is kept of this conversation, as JSON",
    "/help": "these lines",
    "/quit": "leave (so does Ctrl-D); Ctrl-C stops a question",
}
HELP = "\n".join(f"{name:10}{does}" for name, does in COMMANDS.items() if name != "/forget")
KEYS = """
Alt-Enter begins a new line, the arrow keys bring back earlier ones, Tab completes"""


class Ask(Protocol):
    """Answers a question in the light of the turns before it."""

    def __call__(self, question: str, history: Sequence[Turn]) -> Answer:
        """The answer; a KeyboardInterrupt from it means that the person gave up waiting."""


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation of a store, to be waited for; `articles` is the collection asked."""

    runner: asyncio.Runner
    conversations: ConversationStore
    name: str
    articles: str | None = None

    def turns(self) -> Sequence[Turn]:
        """What was said so far, as much as a question needs."""
        return self.runner.run(self.conversations.turns(self.name))

    def remember(self, question: str, answer: Answer) -> None:
        """Add a question and its answer."""
        self.runner.run(
            self.conversations.remember(self.name, question, answer, articles=self.articles)
        )

    def export(self) -> list[Exchange]:
        """All that is kept."""
        return self.runner.run(self.conversations.export(self.name))

    def forget(self) -> None:
        """Delete all that is kept."""
        self.runner.run(self.conversations.reset(self.name))


class Chat:
    """One conversation; `say` prints what a line typed by the person leads to.

    `forget_typed` deletes the lines that were typed, where they are kept.
    """

    def __init__(
        self,
        ask: Ask,
        talk: Talk,
        out: Console,
        notes: Console,
        *,
        as_json: bool = False,
        lookup: Lookup | None = None,
        forget_typed: Callable[[], None] = lambda: None,
    ) -> None:
        self._ask = ask
        self._talk = talk
        self._out = out
        self._notes = notes
        self._as_json = as_json
        self._lookup = lookup
        self._forget_typed = forget_typed
        self._last: Answer | None = None

    def run(self, lines: Iterable[str]) -> None:
        """Say every line until they end or the person quits."""
        for line in lines:
            if line == "/quit":
                return
            if line:
                self.say(line)

    def say(self, line: str) -> None:
        """Carry out a command, or answer a question and remember both."""
        command, _, rest = line.strip().partition(" ")
        match command, rest.strip():
            case "/show" | "/search" as name, wanted:
                self._look_up(name, wanted)
            case name, "":
                self._carry_out(name)
            case _:
                self._answer(line.strip())

    def _carry_out(self, word: str) -> None:
        """Carry out a command without arguments; another word alone is a question."""
        match word:
            case "/forget" | "/reset":
                self._forget()
            case "/export":
                self._json([exchange.as_json() for exchange in self._talk.export()])
            case "/sources":
                self._sources()
            case "/why":
                self._why()
            case "/help":
                self._note(HELP + KEYS * self._out.file.isatty())
            case command if command.startswith("/") and command[1:].isalpha():
                self._note(f"there is no {command}; /help lists the commands")
            case question:
                self._answer(question)

    def _forget(self) -> None:
        self._talk.forget()
        self._forget_typed()
        self._last = None
        self._note("forgotten; ask something new")

    def _look_up(self, command: str, wanted: str) -> None:
        try:
            if command == "/search":
                self._search(clean_question(wanted))
            else:
                self._show(wanted)
        except DatelineError as problem:
            self._note(str(problem))
        except KeyboardInterrupt:
            self._note("stopped")

    def _search(self, words: str) -> None:
        found = self._lookup.search(words) if self._lookup else ()
        if self._as_json:
            self._json([asdict(passage) for passage in found])
        elif found:
            print_blocks(self._out, passage_blocks(found, words, self._out.width))
        else:
            self._note("nothing was found; try other words")

    def _show(self, wanted: str) -> None:
        if not wanted or self._lookup is None:
            raise UsageError("say which: /show 1 for the first source of the last answer")
        citation = cited(self._last, wanted) if wanted.isdecimal() else None
        article = self._lookup.article(citation.source if citation else wanted)
        if self._as_json:
            self._json(shown_json(article, (citation.start, citation.end) if citation else None))
            return
        signs = self._out.color_system is None
        shown = quote_blocks(article, citation, signs) if citation else None
        print_blocks(self._out, shown or article_blocks(article, None, signs))

    def _why(self) -> None:
        if self._last is None:
            self._note("no answer yet; ask something first")
        elif self._as_json:
            self._json([left._asdict() for left in self._last.left_out])
        else:
            print_blocks(self._out, why_blocks(self._last))

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
        self._out.file.write(json.dumps(value, default=str) + "\n")

    def _note(self, text: str) -> None:
        print_blocks(self._notes, [Block(Text(text, "dim"))])


def reply_blocks(answer: Answer, question: str) -> Iterator[Block]:
    """The answer with its sources' names; what was searched for, where more than politeness
    differs."""
    if one_line(answer.query) not in (one_line(question), one_line(cleaned(question))):
        yield Block(Text(f"searched for: {one_line(answer.query)}", "dim"))
    yield from answer_blocks(answer, quotes=False)
    yield Block(Text())


def piped_lines() -> Iterator[str]:
    """The lines of standard input; prompts for each when a person is there to see it."""
    person = sys.stdin.isatty()
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


def is_for_a_person() -> bool:
    """Whether lines are typed, and read, in a terminal that can move its cursor."""
    streams = sys.stdin.isatty() and sys.stdout.isatty()
    return streams and os.environ.get("TERM") not in (None, "dumb")
