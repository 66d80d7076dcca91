"""A digest of the articles: what the newest of them begin with."""

from collections.abc import Iterator
from datetime import date

from bot.extraction.extractive import Quote, Room
from bot.extraction.sentences import Sentence, sentences_of
from index.article import Article
from index.storage.records import Candidate
from index.store import Store

BEGINNING = 4_000
"""Characters of an article that are looked at."""
FEW = 2
"""Articles from which up to one sentence each is enough."""


def first_sentences(store: Store, as_of: date | None, room: Room) -> list[Quote]:
    """Quote the first sentences of the newest articles published by `as_of`, newest first."""
    rows = [row for row in store.catalogue() if row.state == "current"]
    known = [row for row in rows if not (as_of and row.published and row.published > as_of)]
    known.sort(key=lambda row: row.published or date.min, reverse=True)
    newest = known[: room.sentences]
    each = 1 if len(newest) > FEW else FEW
    quotes, words = list[Quote](), room.words
    for article in filter(None, (store.article(row.source) for row in newest)):
        for sentence in [*_first(article)][:each]:
            words -= len(sentence.text.split()) + 1
            if words >= 0 or not quotes:
                quotes.append(_quote(article, sentence))
    return quotes


def _first(article: Article) -> Iterator[Sentence]:
    for sentence in sentences_of(article.text[:BEGINNING]):
        if sentence.quotable:
            yield sentence


def _quote(article: Article, s: Sentence) -> Quote:
    whole = Candidate(
        0, 0, 0, article.source, article.title, article.published, article.url, article.text, 0,
        len(article.text),
    )  # fmt: skip
    return Quote(whole, s.start, s.end, s.text)
