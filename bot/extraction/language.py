"""Whether a text is in English, which the reader and the rules for clauses are made for.

It recognizes other languages by their letters and their most frequent words.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

from index.text.scripts import HANGUL, UNSPACED

_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_OTHER = re.compile(rf"[{UNSPACED}{HANGUL}\u0370-\u03ff\u0400-\u052f\u0590-\u06ff\u0900-\u0dff]")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_AMBIGUOUS = frozenset(("was", "will", "in", "so", "an", "war"))
_OWN_LETTER = re.compile(r"(?<![^\W\d_])[a-z\u00df-\u00ff\u0101-\u024f][^\W\d_]*(?![^\W\d_])")


@lru_cache(maxsize=1)
def languages() -> dict[str, Any]:
    """The words and patterns of `languages.toml`."""
    written = files("bot.extraction").joinpath("languages.toml").read_text(encoding="utf-8")
    return tomllib.loads(written)


class _SmallWords(NamedTuple):
    english: frozenset[str]
    foreign: frozenset[str]
    in_names: frozenset[str]
    """Begin names in English texts, too."""


@lru_cache(maxsize=1)
def _small_words() -> _SmallWords:
    words = {name: frozenset(each.split()) for name, each in languages()["small_words"].items()}
    english, in_names = words.pop("english"), words.pop("in_names")
    foreign = frozenset().union(*words.values())
    either = (english & foreign) | _AMBIGUOUS
    return _SmallWords(english - either, foreign - either, in_names)


@lru_cache(maxsize=10_000)
def is_foreign(text: str) -> bool:
    """Whether a text seems to be in another language than English."""
    if not text.isascii():
        other, latin = len(_OTHER.findall(text)), len(_LATIN.findall(text))
        if other > latin:
            return True
    words = _WORD.findall(text[:1000])
    foreign = len({*_foreign_words(words)})
    english = len({word.lower() for word in words} & _small_words().english)
    return foreign > english and (foreign > 1 or len(words) < 12)


@lru_cache(maxsize=10_000)
def may_be_foreign(text: str) -> bool:
    """Whether a sentence may be in another language: by its small words, or by its letters.

    A short one has few small words, but words with letters that English has in names alone.
    """
    if is_foreign(text):
        return True
    if text.isascii():
        return False
    own = sum(not word.isascii() for word in _OWN_LETTER.findall(text))
    english = len({word.lower() for word in _WORD.findall(text)} & _small_words().english)
    return own > english


def _foreign_words(words: Sequence[str]) -> Iterator[str]:
    """The small words of other languages; within a text, those with a capital are names."""
    _, small, in_names = _small_words()
    for place, word in enumerate(words):
        last = place == len(words) - 1
        if word in small and not (word == "die" and last):
            yield word
        elif place == 0 and (low := word.lower()) in small - in_names:
            yield low
