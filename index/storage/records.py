"""What the manifest gives and takes: passages, lines of the catalogue, related articles."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SIMILAR = "similar"
"""What `catalogue` calls an article that answers beside one that says nearly the same."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage as ranking needs it. Articles that say nearly the same have the same `story`."""

    id: int
    article_id: int
    story: int
    source: str
    title: str
    published: date | None
    url: str | None
    text: str
    start: int
    end: int


class Unread(NamedTuple):
    """Passages but for their texts, as columns; `lengths` count characters.

    `vectors` has their embeddings, of length 1, as rows: float32, `(len(ids), dimension)`.
    """

    ids: Sequence[int]
    article_ids: Sequence[int]
    published: Sequence[date | None]
    starts: Sequence[int]
    lengths: Sequence[int]
    vectors: NDArray[np.float32]

    def followed_by(self, more: "Unread") -> "Unread":
        """These passages, and then some more."""
        if not (self.ids and more.ids):
            return self if self.ids else more
        return Unread(
            [*self.ids, *more.ids],
            [*self.article_ids, *more.article_ids],
            [*self.published, *more.published],
            [*self.starts, *more.starts],
            [*self.lengths, *more.lengths],
            np.concatenate([self.vectors, more.vectors]),
        )


class CatalogueRow(NamedTuple):
    """One line of the list of articles.

    `state` is "current"; "duplicate" of the article `of`, in its every word; "similar" to
    it, nearly so, where both can be quoted; or "superseded" by it.
    """

    source: str
    title: str
    published: date | None
    url: str | None
    words: int
    passages: int
    state: str = "current"
    of: str | None = None


class Outline(NamedTuple):
    """A collection at a glance: counts, the days of its oldest and newest article, its roots.

    `origins` are the folders, files and addresses that its files came from.
    """

    articles: int = 0
    passages: int = 0
    oldest: date | None = None
    newest: date | None = None
    origins: tuple[str, ...] = ()


class RelatedArticles(NamedTuple):
    """The sources of other articles with an article's words, with nearly its words, and of
    those that it has superseded.
    """

    copies: tuple[str, ...]
    similar: tuple[str, ...]
    supersedes: tuple[str, ...]


class NewPassages(NamedTuple):
    """An article's passages on their way in: ids, spans of its text and float32 vectors."""

    article_id: int
    title: str
    text: str
    ids: Sequence[int]
    spans: Sequence[tuple[int, int]]
    vectors: NDArray[np.float32]
