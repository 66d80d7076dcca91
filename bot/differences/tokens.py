"""The words of a sentence, with what is known of each."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from bot.verification.days import Day
from bot.verification.figures import Number


class Sort(StrEnum):
    """What sort of word it is."""

    NAME = "name"
    NUMBER = "number"
    DAY = "day"
    WORD = "word"
    SMALL = "small"


class Certainty(IntEnum):
    """How far a word is asserted, by the words that govern it."""

    OPEN = 1
    """It may be, is planned, alleged or a condition."""
    AHEAD = 2
    """It will be."""
    FACT = 3


@dataclass(slots=True)
class Token:
    """A word, number or date at `text[start:end]` of its sentence.

    `clause` counts the sentence's clauses from 0. `negated` is None where a later "did not"
    reaches back to it. `said` says that it is somebody's words. `seat` is the state that a name
    means, as Beijing means China, unless it only says where.
    """

    text: str
    stem: str
    sort: Sort
    start: int
    end: int
    clause: int = 0
    negated: bool | None = False
    certainty: Certainty = Certainty.FACT
    said: bool = False
    verb: bool = False
    number: Number | None = None
    day: Day | None = None
    initial: bool = False
    seat: str = ""
