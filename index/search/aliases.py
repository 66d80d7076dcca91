"""Other names for what a question names: abbreviations, capitals, spellings, figures in words.

The names are in `aliases.toml`. Nothing here looks at a collection of articles.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import chain

from index.text.numerals import figures_for, words_for

SAME, WEAKER = 1.0, 0.5
"""How surely the other name means the same."""
_WORD = re.compile(r"[^\W_]+")
_HOUR = re.compile(r"\d\s*$")
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """Something at `text[start:end]` of a question, and its other names by their weight."""

    start: int
    end: int
    others: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Aliases:
    """The other names of each name, by its words in lower case.

    `sizes` counts the words of the names that begin with a word, longest first.
    """

    others: Mapping[Key, Mapping[str, float]]
    sizes: Mapping[str, Sequence[int]]
    as_written: frozenset[Key]
    exact: frozenset[Key]
    hurried: Mapping[str, str]


def named(text: str) -> list[Named]:
    """The names and numbers in a question that are also written otherwise, in order."""
    return sorted(chain(_names(text), _numbers(text)), key=lambda n: n.start)


def written_out(word: str) -> str | None:
    """What a word typed in a hurry means: "what" for "wat"."""
    return _aliases().hurried.get(word.lower())


def _names(text: str) -> Iterator[Named]:
    aliases = _aliases()
    words = [*_WORD.finditer(text)]
    lowered = [w[0].lower() for w in words]
    end = 0
    for at, first in enumerate(lowered):
        if at < end:
            continue
        for size in aliases.sizes.get(first, ()):
            found = words[at : at + size]
            key = tuple(lowered[at : at + size])
            if len(found) == size and key in aliases.others and _is_meant(text, found, key):
                end = at + size
                yield Named(found[0].start(), found[-1].end(), aliases.others[key])
                break


def _is_meant(text: str, words: Sequence[re.Match[str]], key: Key) -> bool:
    """Whether words are a name here: "who" is not, nor the "PM" of "3 PM"."""
    aliases, start = _aliases(), words[0].start()
    if key not in aliases.as_written:
        return True
    if text.isupper() or tuple(w[0] for w in words) not in aliases.exact:
        return False
    begins = not _WORD.search(text, 0, start)  # where any word is capitalised
    return (words[0][0].isupper() or not begins) and not _HOUR.search(text[:start])


def _numbers(text: str) -> Iterator[Named]:
    for start, end, others in chain(figures_for(text), words_for(text)):
        yield Named(start, end, dict.fromkeys(others, SAME))


@lru_cache(maxsize=1)
def _aliases() -> _Aliases:
    data = tomllib.loads(files("index.search").joinpath("aliases.toml").read_text("utf-8"))
    others: dict[Key, dict[str, float]] = defaultdict(dict)
    for kind, weight in (("weaker", WEAKER), ("same", SAME)):
        for names in data[kind]:
            for name in names:
                others[_lowered(_key(name))] |= {n: weight for n in names if n != name}
    exact = frozenset(map(_key, data["as_written"]))
    sizes: dict[str, list[int]] = defaultdict(list)
    for key in sorted(others, key=len, reverse=True):
        sizes[key[0]].append(len(key))
    return _Aliases(others, sizes, frozenset(map(_lowered, exact)), exact, data["hurried"])


def _key(name: str) -> Key:
    return tuple(_WORD.findall(name))


def _lowered(key: Key) -> Key:
    return tuple(word.lower() for word in key)
