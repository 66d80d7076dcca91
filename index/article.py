"""What the index reads and what it gives back."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple


class Place(NamedTuple):
    """A stretch of an article's text that has a name: "page 3", "§ Background".

    `start` and `end` are character offsets into the text.
    """

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class Article:
    """One article as its reader extracted it.

    `source` names it in citations: the path relative to the named folder, or a feed row's
    url (its id where it has none). All character offsets anywhere count in `text`.
    `url` is the canonical one. `places` are in order and do not overlap. `entry` is the id that
    a feed gives to it; with the source it names the article where entries share their link.
    """

    source: str
    title: str
    text: str
    published: date | None = None
    url: str | None = None
    author: str | None = None
    places: tuple[Place, ...] = ()
    entry: str | None = None

    def place_at(self, offset: int) -> str | None:
        """The label of the place that the character at `offset` belongs to."""
        return next((p.label for p in self.places if p.start <= offset < p.end), None)


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences of one article, with its place in it.

    `start` and `end` are character offsets into the article's text;
    `text` is exactly the text between them. `score` is higher for better; `recency` is
    the part of it that its date has, where the question has time words.
    """

    source: str
    title: str
    published: date | None
    url: str | None
    text: str
    start: int
    end: int
    score: float = 0.0
    recency: float | None = None
