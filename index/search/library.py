"""The articles as a collection: how many there are, the newest, those that mention something.

Counting asks the manifest, mentions ask the word index; no article is read in full but for one
whose byline is looked for.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from typing import Any, NamedTuple

from index.storage.generation import Generation
from index.text.analyzer import terms, terms_of_word

MENTIONS = 50_000
"""Passages that are looked through for a word, at most."""
PHRASES = 5_000
"""Passages whose text is looked through for a phrase, at most."""
HEAD = 400
"""Characters of an article in which its byline is looked for."""
COPIES = 4
"""How many times as many articles are listed as wanted, since some say the same."""
SAME = 0.8
"""The share of a quote's terms that the passage it is from has."""
HALF = 0.5
_NAME = r"[A-Z][\w.'’-]+(?:[ \t]+(?:(?:de|da|van|von|der|al|bin|el)[ \t]+)*[A-Z][\w.'’-]+){1,3}"
_BYLINE = re.compile(
    rf"^[ \t]*(?:By|BY|Von|Por|Par|Written by|Reporting by|Author:)[ \t]+"
    rf"({_NAME}(?:(?:,| and| und| y| et)[ \t]+{_NAME})*)(?![\w’'-])",
    re.MULTILINE,
)
_COLUMNS = "id, source, title, published, author, story"
_KNOWN = "state = 'current' AND (published IS NULL OR published <= ?)"


class Listed(NamedTuple):
    """An article as it is listed; of one `story` are those that say nearly the same."""

    id: int
    source: str
    title: str
    published: date | None
    author: str | None
    story: int | None


@dataclass(frozen=True, slots=True)
class Mentions:
    """How many articles mention something, and the newest of them."""

    count: int
    newest: tuple[Listed, ...]


class Library:
    """The articles of one generation that were published by a day; none of later ones."""

    def __init__(self, generation: Generation, until: date | None = None) -> None:
        self._manifest = generation.manifest
        self._bm25 = generation.bm25
        self._until = (until or date.max).isoformat()

    def count(self, since: date = date.min, until: date = date.max) -> int:
        """How many articles there are, or were published on these days."""
        if (since, until) == (date.min, date.max):
            rows = self._select("SELECT count(*) FROM articles WHERE", ())
        else:
            days = (since.isoformat(), until.isoformat())
            rows = self._select(
                "SELECT count(*) FROM articles WHERE published BETWEEN ? AND ? AND", days
            )
        return int(rows[0][0])

    def days(self) -> tuple[date, date] | None:
        """The days of the oldest and of the newest article; None where none has a date."""
        [(first, last)] = self._select("SELECT min(published), max(published) FROM articles WHERE")
        return (date.fromisoformat(first), date.fromisoformat(last)) if first else None

    def newest(self, k: int, since: date = date.min, until: date = date.max) -> tuple[Listed, ...]:
        """The newest articles that have a date, of each story one."""
        days = (since.isoformat(), until.isoformat())
        return self._dated("BETWEEN ? AND ? AND", "DESC", k, days)

    def oldest(self, k: int) -> tuple[Listed, ...]:
        """The oldest articles that have a date, of each story one."""
        return self._dated("IS NOT NULL AND", "ASC", k)

    def some(self, k: int) -> tuple[Listed, ...]:
        """Articles, those without a date last."""
        rows = self._select(
            f"SELECT {_COLUMNS} FROM articles WHERE",  # noqa: S608 - our own names
            (),
            f"ORDER BY published DESC, id LIMIT {COPIES * k}",
        )
        return _distinct(rows, k)

    def mentioning(self, words: str, k: int) -> Mentions:
        """The articles that mention these words: in their order, or else in one passage."""
        words = re.sub(r"^(?:the|an?)\s+", "", words, flags=re.IGNORECASE)
        wanted = list(dict.fromkeys(terms(words)))
        if not wanted:
            return Mentions(0, ())
        passages = self._bm25.holding(wanted, MENTIONS)
        if len(re.findall(r"\w+", words)) > 1 or words.isupper():
            passages = [*self._in_order(words, passages[:PHRASES])] or passages
        held = json.dumps(passages)
        among = (
            "id IN (SELECT article_id FROM passages WHERE id IN (SELECT value FROM json_each(?)))"
        )
        [(count,)] = self._select(f"SELECT count(*) FROM articles WHERE {among} AND", (held,))  # noqa: S608
        rows = self._select(
            f"SELECT {_COLUMNS} FROM articles WHERE {among} AND",  # noqa: S608
            (held,),
            f"ORDER BY published DESC, id LIMIT {COPIES * k}",
        )
        return Mentions(int(count), _distinct(rows, k))

    def about(self, topic: str) -> Listed | None:
        """The article that says most about a topic; None where none has half of its words."""
        return self._nearest(topic, HALF)

    def quoted(self, text: str) -> Listed | None:
        """The article that the first quote in an answer's text is from."""
        pieces = (piece.strip() for piece in re.split(r"\[\d+\]", text)[:-1])
        return next((a for piece in pieces if (a := self._nearest(piece, SAME))), None)

    def author(self, article: Listed) -> str | None:
        """Who wrote an article, as its file or the byline in its text says."""
        if article.author:
            return article.author
        _, text = self._manifest.text(article.id)
        byline = _BYLINE.search(text[:HEAD])
        return " ".join(byline[1].split()) if byline else None

    def _nearest(self, text: str, least: float) -> Listed | None:
        wanted = set(terms(text))
        found = self._bm25.search(dict.fromkeys(wanted, 1.0), 10)
        for passage in self._manifest.candidates([number for number, _ in found]):
            held = wanted & {*terms(passage.title), *terms(passage.text)}
            if wanted and len(held) >= least * len(wanted):
                query = f"SELECT {_COLUMNS} FROM articles WHERE id = ? AND"  # noqa: S608
                if rows := self._select(query, (passage.article_id,)):
                    return _listed(rows[0])
        return None

    def _in_order(self, words: str, passages: Sequence[int]) -> Iterator[int]:
        """The passages that have the words one after the other, or their title has."""
        phrase = _phrase(words)
        for passage in self._manifest.candidates(passages):
            if phrase.search(passage.text) or phrase.search(passage.title):
                yield passage.id

    def _dated(
        self, condition: str, order: str, k: int, days: tuple[str, ...] = ()
    ) -> tuple[Listed, ...]:
        rows = self._select(
            f"SELECT {_COLUMNS} FROM articles WHERE published {condition}",  # noqa: S608
            days,
            f"ORDER BY published {order}, id LIMIT {COPIES * k}",
        )
        return _distinct(rows, k)

    def _select(self, query: str, values: tuple[Any, ...] = (), rest: str = "") -> list[Any]:
        """Rows of the articles that answer and are known by the day."""
        return self._manifest.select(f"{query} {_KNOWN} {rest}", (*values, self._until))


def _distinct(rows: Sequence[Any], k: int) -> tuple[Listed, ...]:
    """The first k articles, of each story and title one."""
    kept: dict[object, Listed] = {}
    titles: set[str] = set()
    for article in map(_listed, rows):
        story = article.story or f"article {article.id}"
        if story not in kept and (not article.title or article.title not in titles):
            kept[story] = article
            titles.add(article.title)
    return tuple(kept.values())[:k]


def _listed(row: Any) -> Listed:
    number, source, title, published, author, story = row
    return Listed(number, source, title, published and date.fromisoformat(published), author, story)


def _phrase(words: str) -> re.Pattern[str]:
    """The words one after the other, with any ending; a name in capitals as it is."""
    if words.isupper() and " " not in words:
        return re.compile(rf"\b{r'[.]?'.join(map(re.escape, words))}\b")
    forms = r"(?:['’]s)?\W+".join(_form(word) for word in re.findall(r"\w+", words))
    return re.compile(rf"\b{forms}", re.IGNORECASE)


def _form(word: str) -> str:
    stem = next(iter(terms_of_word(word)), "")
    if not stem or not word.isascii():
        return re.escape(word)
    pairs = zip(word.lower(), stem, strict=False)
    same = len([*takewhile(lambda pair: pair[0] == pair[1], pairs)])
    kept = word[: max(same, 2)]
    return rf"{re.escape(kept.removesuffix('i') if len(kept) > 3 else kept)}\w*"
