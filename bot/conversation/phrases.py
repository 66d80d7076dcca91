"""Phrases of small talk and politeness, read from `languages/` and matched against words.

A phrase such as "thank you {so much,very much,}" is a sequence of words and of groups, where a
group offers alternatives. Matching works on words as `plain` writes them.
"""

import re
import tomllib
import unicodedata
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("en", "de", "es", "fr")
"""Where languages share a phrase, the first of them replies."""
NUMBER = "#"
"""Every number is this word, in phrases and in messages."""

_ASKS = ("asks", "orders")
"""The lists of words that begin a question or an order."""

Node = str | tuple["Phrase", ...]
Phrase = tuple[Node, ...]

_DRAWN_OUT = re.compile(r"([^\W\d])\1{2,}")
_JOINTS = str.maketrans("", "", "'’‘´`-")
_SYNTAX = re.compile(r"[{},]|[^{},\s]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a phrase is: its `kind` ("talk.thanks", "before", "length.one") in a language."""

    kind: str
    language: str


class Phrases:
    """The phrases of all languages, looked up by the word that they begin with."""

    def __init__(self, tables: dict[str, dict[str, Any]]) -> None:
        self.tables = tables
        self.numbers = {
            fold(word): value
            for table in tables.values()
            for value, word in enumerate(table["numbers"].split(), 1)
        }
        self.asks = {language: self._begins(language, _ASKS) for language in tables}
        self.may_ask = {language: self._begins(language, ("may_ask",)) for language in tables}
        self.never_after = {
            word for table in tables.values() for word in self._listed(table, "never_after")
        }
        self.at_end = {
            f"talk.{kind}" for kind, talk in tables["en"]["talk"].items() if talk.get("at_end")
        }
        self._by_first: dict[str, list[tuple[Phrase, Entry]]] = {}
        for language, table in tables.items():
            for kind, phrase in _phrases_in(table):
                self._add(parsed(_unaccented(phrase), self.numbers), Entry(kind, language))

    def plain(self, word: str) -> str:
        """A word as phrases have it: folded, no apostrophe or hyphen, "hiii" as "hi"."""
        folded = _DRAWN_OUT.sub(r"\1", fold(word).translate(_JOINTS))
        return NUMBER if folded.isdigit() or folded in self.numbers else folded

    def matches(
        self, words: Sequence[str], at: int, joined: Sequence[bool]
    ) -> list[tuple[int, Entry]]:
        """Where phrases that begin at word `at` end, the longest first; small talk before others.

        `joined[i]` says that words i and i+1 may belong to one phrase.
        """
        found = [
            (end, entry)
            for phrase, entry in self._by_first.get(words[at], ())
            for end in _ends(phrase, words, at, at, joined)
            if end > at
        ]
        return sorted(found, key=lambda match: (-match[0], not match[1].kind.startswith("talk.")))

    def number(self, word: str) -> int:
        """What a word that is a number counts; of "2-3" the 3."""
        digits = re.findall(r"\d+", word)
        return int(digits[-1]) if digits else self.numbers.get(fold(word), 1)

    def order_in(self, first: str, sentence: str) -> str | None:
        """The language of a folded sentence that orders something else than an answer."""
        return next(
            (
                language
                for language, table in self.tables.items()
                if first in table["talk"]["order"]["first"].split()
                and _orders(language).match(sentence.rstrip(" .!?"))
            ),
            None,
        )

    def _begins(self, language: str, keys: Iterable[str]) -> set[str]:
        return {word for key in keys for word in self._listed(self.tables[language], key)}

    def _listed(self, table: dict[str, Any], key: str) -> list[str]:
        return [self.plain(word) for word in table[key].split()]

    def _add(self, phrase: Phrase, entry: Entry) -> None:
        for first in _firsts(phrase):
            self._by_first.setdefault(first, []).append((phrase, entry))


@cache
def phrases() -> Phrases:
    """The phrases of all languages."""
    return Phrases({language: _table(language) for language in LANGUAGES})


@cache
def _orders(language: str) -> re.Pattern[str]:
    said = phrases().tables[language]["talk"]["order"]["regex"]
    return re.compile(rf"(?:{'|'.join(map(fold, said))})\Z", re.DOTALL)


def fold(text: str) -> str:
    """Small letters without accents; as many characters as `text` has."""
    return text.lower() if text.isascii() else "".join(map(_folded, text))


def _folded(char: str) -> str:
    return unicodedata.normalize("NFD", char)[0].lower()[:1]


def parsed(text: str, numbers: Container[str] = ()) -> Phrase:
    """A phrase as its sequence of words and groups."""
    phrase, rest = _sequence([NUMBER if s in numbers else s for s in _SYNTAX.findall(text)][::-1])
    assert not rest, f"unbalanced braces: {text}"
    return phrase


def _sequence(symbols: list[str]) -> tuple[Phrase, list[str]]:
    """The sequence that `symbols`, the last first, begin with, and those after it."""
    nodes: list[Node] = []
    while symbols and symbols[-1] not in ",}":
        symbol = symbols.pop()
        nodes.append(_group(symbols) if symbol == "{" else symbol)
    return tuple(nodes), symbols


def _group(symbols: list[str]) -> tuple[Phrase, ...]:
    options: list[Phrase] = []
    while True:
        option, _ = _sequence(symbols)
        options.append(option)
        if symbols.pop() == "}":
            return tuple(options)


def _unaccented(text: str) -> str:
    return text if text.isascii() else fold(unicodedata.normalize("NFC", text))


def _ends(
    phrase: Phrase, words: Sequence[str], at: int, start: int, joined: Sequence[bool]
) -> Iterator[int]:
    """The positions after a match of `phrase` at `at`, inside a match that began at `start`."""
    if not phrase:
        yield at
        return
    node, rest = phrase[0], phrase[1:]
    if isinstance(node, str):
        fits = at < len(words) and words[at] == node and (at == start or joined[at - 1])
        if fits:
            yield from _ends(rest, words, at + 1, start, joined)
        return
    for option in node:
        yield from _ends((*option, *rest), words, at, start, joined)


def _firsts(phrase: Phrase) -> frozenset[str]:
    """The words that a match can begin with."""
    if not phrase:
        return frozenset()
    node, rest = phrase[0], phrase[1:]
    if isinstance(node, str):
        return frozenset({node})
    return frozenset().union(*(_firsts((*option, *rest)) for option in node))


def _phrases_in(table: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for kind in ("before_any", "before", "before_ask", "after"):
        yield from _of(kind, table[kind])
    yield from _of("name", [table["names"]])
    for unit, says in table["length"].items():
        yield from _of(f"length.{unit}", says)
    for kind, talk in table["talk"].items():
        yield from _of(f"talk.{kind}", talk.get("says", ()))


def _of(kind: str, says: Iterable[str]) -> Iterator[tuple[str, str]]:
    return ((kind, phrase) for phrase in says)


def _table(language: str) -> dict[str, Any]:
    path = files("bot.conversation") / "languages" / f"{language}.toml"
    return tomllib.loads(path.read_text("utf-8"))
