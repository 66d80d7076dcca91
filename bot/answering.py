"""The interface of an answerer, here or in another process."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import date

from bot.answer import Answer, Citation, Draft, Turn
from index.article import Passage

SHOWN = 10
"""Passages that go with an answer."""


@dataclass(frozen=True, slots=True)
class Within:
    """The part of the articles to answer from: one source, or what was published since a day."""

    source: str | None = None
    since: date | None = None

    def allows(self, source: str, published: date | None) -> bool:
        """Whether an article is part of it; one without a date is in no range of days."""
        named = self.source in (None, source)
        return named and (self.since is None or (published is not None and published >= self.since))


class Answering(ABC):
    """Answers questions from one set of articles. Safe to share between tasks."""

    async def ask(
        self, question: str, history: Sequence[Turn] = (), as_of: date | None = None
    ) -> Answer:
        """Answer `question` in the light of `history`; `as_of` is today's date, if it matters."""
        events = self.stream(question, history, as_of)
        [answer] = [event async for event in events if isinstance(event, Answer)]
        return answer

    @abstractmethod
    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        as_of: date | None = None,
        within: Within | None = None,
    ) -> AsyncGenerator[Draft | Answer]:
        """The same in events: the draft in pieces where a language model writes, then the answer.

        Only the articles `within` are read. Closing the generator stops the model.
        """

    @abstractmethod
    async def search(
        self, query: str, as_of: date | None = None, k: int = SHOWN
    ) -> tuple[Passage, ...]:
        """The k best passages for `query`, best first."""

    @abstractmethod
    async def withdrawn(self, citations: Sequence[Citation]) -> tuple[Citation, ...]:
        """Return the citations whose quote is no longer in its article."""
