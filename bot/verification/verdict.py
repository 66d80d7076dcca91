"""What becomes of a claim, and what a check of it is given.

It knows nothing of how any check decides.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.answer import Citation
from bot.verification.alignment import Aligner, Alignment, Line
from bot.verification.clauses import Sort, Token
from index.article import Passage


class Reason(StrEnum):
    """Why a claim is not supported."""

    UNCITED = "uncited"
    NO_PASSAGE = "no such passage"
    COMMAND = "speaks to the reader or a machine"
    LINK = "link"
    QUOTE = "quote"
    NAME = "name"
    NUMBER = "number"
    DATE = "date"
    BINDING = "figure of something else"
    NEGATION = "negation"
    OPPOSITE = "opposite"
    CERTAINTY = "certainty"
    ROLES = "roles"
    SPEAKER = "speaker"
    DEGREE = "degree"
    CAUSE = "cause"
    NEW = "new information"


@dataclass(frozen=True, slots=True)
class Supported:
    """The sentences that a claim rests on; `n` is the number of the passage each stands in.

    `moved` says that they stand in other passages than the claim cites.
    """

    quotes: tuple[Citation, ...]
    moved: bool = False


@dataclass(frozen=True, slots=True)
class Unsupported:
    """Why a claim may not be said; `explanation` can be handed to whoever wrote it."""

    reason: Reason
    explanation: str


Verdict = Supported | Unsupported


@dataclass(frozen=True)
class Case:
    """A claim, the lines it was aligned with, and what it cites."""

    text: str
    alignment: Alignment
    aligner: Aligner
    passages: Sequence[Passage]
    numbers: tuple[int, ...]
    strict: bool

    @property
    def tokens(self) -> tuple[Token, ...]:
        """The claim's tokens."""
        return self.alignment.claim.tokens

    @property
    def lines(self) -> Sequence[Line]:
        """The lines that the claim may rest on, best first."""
        return self.alignment.lines

    @property
    def named(self) -> str:
        """The passages cited, as an explanation calls them."""
        if len(self.numbers) == 1:
            return f"passage {self.numbers[0]}"
        return "passages " + " and ".join(map(str, self.numbers))

    def each(self, *sorts: Sort) -> Iterator[tuple[int, Token]]:
        """The claim's tokens of these sorts, with their places."""
        return ((k, t) for k, t in enumerate(self.tokens) if t.sort in sorts)


Check = Callable[["Case"], Unsupported | None]
