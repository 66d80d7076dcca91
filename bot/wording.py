"""What words say the same, what words say the opposite, and what words say little.

The lists, for English news, are in `wording.txt`. They are of single words, whatever the sentence.
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files

from index.text.analyzer import STOP, terms_of_word


@lru_cache(maxsize=1)
def _lists() -> dict[str, list[str]]:
    """The lines of `wording.txt` by section."""
    lists: dict[str, list[str]] = {}
    text = files("bot").joinpath("wording.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith("["):
            lists[line.strip("[]")] = lines = []
        elif line and not line.startswith("#"):
            lines.append(line)
    return lists


def lines_of(section: str) -> list[str]:
    """The lines of a section of `wording.txt`."""
    return _lists()[section]


def words_in(section: str) -> frozenset[str]:
    """The words of a section of `wording.txt`."""
    return listed(" ".join(_lists()[section]))


def listed(words: str) -> frozenset[str]:
    """The words of a blank-separated list."""
    return frozenset(words.split())


def stem(word: str) -> str:
    """The one search term of a word, or the word itself in small letters where it has none."""
    found = terms_of_word(word)
    return found[0] if len(found) == 1 else word.lower()


@lru_cache(maxsize=1)
def _groups() -> dict[str, frozenset[int]]:
    return _numbered(line.split() for line in _lists()["same"])


@lru_cache(maxsize=1)
def _sides() -> dict[str, frozenset[int]]:
    """Each word's sides: n for the left side of line n, -n for the right."""
    sides: dict[str, set[int]] = defaultdict(set)
    for n, line in enumerate(_lists()["opposite"], 1):
        for sign, words in zip((1, -1), line.split("|"), strict=True):
            for word in words.split():
                sides[stem(word)].add(sign * n)
    return {word: frozenset(found) for word, found in sides.items()}


def _numbered(lines: Iterable[list[str]]) -> dict[str, frozenset[int]]:
    groups: dict[str, set[int]] = defaultdict(set)
    for n, words in enumerate(lines):
        for word in words:
            groups[stem(word)].add(n)
    return {word: frozenset(found) for word, found in groups.items()}


@lru_cache(maxsize=1)
def _light() -> frozenset[str]:
    return frozenset(stem(word) for line in _lists()["light"] for word in line.split())


@lru_cache(maxsize=1)
def phrases() -> dict[tuple[str, str], str]:
    """Two words, in small letters, and the one word that means both ("-" for none)."""
    pairs = (line.split(": ") for line in _lists()["phrase"])
    return {(pair.split()[0], pair.split()[1]): word for pair, word in pairs}


def meanings(stem: str) -> frozenset[int]:
    """The lists of words that say much the same that hold a stem, by number."""
    return _groups().get(stem, frozenset())


def sides(stem: str) -> frozenset[int]:
    """The sides of opposites that hold a stem; -n is opposite to n."""
    return _sides().get(stem, frozenset())


_UNDOING = frozenset(["un", "dis", "in", "im", "ir", "non"])


def undoes(one: str, other: str) -> bool:
    """Whether one stem is the other with a beginning that says the opposite."""
    short, long_ = (one, other) if len(one) <= len(other) else (other, one)
    return len(short) > 2 and long_.endswith(short) and long_[: -len(short)] in _UNDOING


def opposite(one: str, other: str) -> bool:
    """Whether two stems say the opposite, by the lists or by their beginnings."""
    return undoes(one, other) or any(-side in sides(other) for side in sides(one))


def is_light(word: str) -> bool:
    """Whether a stem says so little that a paraphrase may add it."""
    return word in _light() or word in STOP
