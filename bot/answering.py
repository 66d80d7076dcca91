"""The interface of an answerer, here or in another process."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Sequence
from datetime import date

from bot.answer import Answer, Citation, Draft, Turn
from index.article import Passage

SHOWN = 10
"""Passages that go with an answer."""


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
        self, question: str, history: Sequence[Turn] = (), as_of: date | None = None
    ) -> AsyncGenerator[Draft | Answer]:
        """The same in events: the draft in pieces where a language model writes, then the answer.

        Closing the generator stops the model.
        """

    @abstractmethod
    async def search(
        self, query: str, as_of: date | None = None, k: int = SHOWN
    ) -> tuple[Passage, ...]:
        """The k best passages for `query`, best first."""

    @abstractmethod
    async def withdrawn(self, citations: Sequence[Citation]) -> tuple[Citation, ...]:
        """Return the citations whose quote is no longer in its article."""
