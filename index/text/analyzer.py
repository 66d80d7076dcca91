"""The one way text becomes search terms, for the BM25 index and for ranking alike."""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from index.text.scripts import searchable

if TYPE_CHECKING:
    from tantivy import TextAnalyzer

_COMMON = """
a an the of in on at to for from by with and or is are was were be been being this that these
those which what who whom whose when where why how did do does has have had it its as their his
her they he she i you we my your our me him them there will would can could should may might
not no if but than then so such about into over after before any all also just
"""
TERMS = "terms-2"
"""The name of this way to make terms; a word index made in another way is made again."""
STOP = frozenset(_COMMON.split())
"""Words too common to search for."""
TOO_LONG = 40
"""Bytes from which a word is not searched for."""


@lru_cache(maxsize=1)
def analyzer() -> "TextAnalyzer":
    """Lower case, no accents, no stop words, English stems; words of TOO_LONG bytes left out."""
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer  # noqa: PLC0415

    return (
        TextAnalyzerBuilder(Tokenizer.simple())
        .filter(Filter.remove_long(TOO_LONG))
        .filter(Filter.lowercase())
        .filter(Filter.ascii_fold())
        .filter(Filter.custom_stopword(sorted(STOP)))
        .filter(Filter.stemmer("english"))
        .build()
    )


def terms(text: str) -> list[str]:
    """The search terms of `text`, in order, repeated as often as they are in it."""
    return analyzer().analyze(searchable(text))


@lru_cache(maxsize=50_000)
def terms_of_word(word: str) -> tuple[str, ...]:
    """The search terms of a single word; remembered, since a text repeats its words."""
    return tuple(terms(word))


def term_of_each(words: Sequence[str]) -> list[str | None]:
    """The first search term of each word, or None; words are in lower case."""
    plain = [w for w in words if w.isascii() and w.isalnum() and w not in STOP]
    plain = [w for w in plain if len(w) < TOO_LONG]
    # Each of these has one term, and to analyse them together takes half the time.
    known = dict(zip(plain, terms(" ".join(plain)), strict=True))
    return [known.get(word) or next(iter(terms(word)), None) for word in words]
