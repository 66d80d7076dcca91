"""One question to an answerer: what LlamaIndex's engines have in common."""

import re
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from bot.answer import Answer, Draft, Turn
from bot.llamaindex.loop import LoopThread
from bot.validation import clean_question

OnDraft = Callable[[str], None]
"""Receives each piece of a language model's draft, which is not verified."""


class Answers(Protocol):
    """Anything that answers questions: a `DatelineSession`, an `Answerer`, an `AsyncDateline`."""

    def stream(
        self, question: str, history: Sequence[Turn] = (), as_of: date | None = None
    ) -> AsyncGenerator[Draft | Answer]:
        """Answer in events: pieces of a draft, then the answer."""


@dataclass(frozen=True)
class Asking:
    """Asks one answerer. `today` returns the day against which "last week" is read."""

    answerer: Answers
    today: Callable[[], date | None]
    on_draft: OnDraft | None = None
    loop: LoopThread = field(default_factory=LoopThread)
    """For sync calls. It starts with the first of them."""

    async def ask(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        """Answer a question; raises UsageError where it is empty or too long."""
        events = self.answerer.stream(clean_question(question), history, self.today())
        async with aclosing(events):
            async for event in events:
                if isinstance(event, Answer):
                    return event
                if self.on_draft:
                    self.on_draft(event.text)
        raise RuntimeError("the answerer gave no answer")


def pieces(text: str) -> Iterator[str]:
    """Yield a text word by word, each with the blanks that follow it."""
    yield from re.findall(r"\s*\S+\s*", text)
