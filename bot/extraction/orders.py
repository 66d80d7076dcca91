"""Finds sentences that give orders to a person or a machine instead of reporting news.

An article may hold some on purpose: to be repeated as an answer, or to steer the model that
reads it. What is inside quotation marks is news, unless it is all there is.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

_ROLE = re.compile(
    r"\W{0,8}(?:SYSTEM|ASSISTANT|DEVELOPER|USER|INSTRUCTIONS?|PROMPT|System (?:prompt|message|"
    r"note)|Developer (?:message|note)|Note to (?:AI|LLM|assistant|model)s?)\W{0,3}:"
)
_WORD = r"(\w+(?:'(?:t|re|on)\b)?)"
_FIRST = re.compile(rf"[\W_]*{_WORD}")
_NEXT = re.compile(rf"[.!?:;\n—–>*][\W_]{{0,9}}{_WORD}")
_FILLERS = (
    "please|kindly|now|instead|so|then|and|important|always|simply|just|note|warning|bitte|hint|reminder|"
    "remember|por favor|s'il (?:te|vous) plaît"
)
_FILLER = re.compile(rf"(?:(?:{_FILLERS})\b[,:!]*\s*){{1,4}}(?={_WORD})")
_QUOTED = re.compile(r"“[^”]*”?|\"[^\"]*\"?|„[^“”]*[“”]?|«[^»]*»?|(?<!\w)['‘][^'‘]{0,600}'(?!\w)")
_MARKS = " \"'“”„«»‘’"
_SPACED = re.compile(r"(?<!\w)[^\W\d_](?:[ ._*·-]{1,3}[^\W\d_](?!\w)){5,}")
_HIDDEN = re.compile(
    r"ignor|disregard|forget|instruct|answer|reply|respond|statethat|saythat|system|prompt|visit|"
    r"http|antworte|répond"
)
_LONG = 32
_BLOB = re.compile(
    r"(?<![\w/.:@#?=&-])(?=[\w+/]{0,64}[A-Z])(?=[\w+/]{0,64}[a-z])(?=[\w+/]{0,64}\d)"
    r"[A-Za-z0-9+/]{32,}={0,2}(?![\w/.-])"
)
_ODD = re.compile(r"[^\x00-\x7f\xa1-\xff–—‘’“”„…€™•]|\xad")
_LOOKALIKES = str.maketrans(
    "аеорсухіѕјһԁԛԝкмтвнАВЕКМНОРСТХІЅЈУΑΒΕΖΗΙΚΜΝΟΡΤΥΧαοειρυνκ",
    "aeopcyxisjhdqwkmtbhABEKMHOPCTXISJYABEZHIKMNOPTYXaoeipuvk",
)


def gives_orders(text: str) -> bool:
    """Say whether a sentence speaks to its reader or to a machine, rather than of the news."""
    if len(max(text.split(), key=len, default="")) >= _LONG and _BLOB.search(text):
        return True
    if any(_HIDDEN.search(_joined(run[0])) for run in _SPACED.finditer(text)):
        return True
    plain = (_plain(text) if _ODD.search(text) else text).replace("’", "'")
    return _orders(plain) and _orders(_spoken(plain))


def _orders(plain: str) -> bool:
    lower = plain.lower()
    return _begins_an_order(lower) or _holds_an_order(lower) or _has_a_role(plain)


def _has_a_role(plain: str) -> bool:
    return ":" in plain[:40] and bool(_ROLE.match(plain))


def _spoken(plain: str) -> str:
    """What is outside of quotation marks; all of it if that is nothing."""
    spoken = _QUOTED.sub(" ", plain)
    return spoken if len(spoken.split()) > 1 else plain.strip(_MARKS)


def _begins_an_order(lower: str) -> bool:
    begins = _patterns().begins
    return any(
        pattern.match(lower, at)
        for at, word in _beginnings(lower)
        for pattern in begins.get(word, ())
    )


def _beginnings(lower: str) -> Iterator[tuple[int, str]]:
    """Where clauses begin, each with its first word, and again behind a filler."""
    first = _FIRST.match(lower)
    for clause in (*filter(None, [first]), *_NEXT.finditer(lower)):
        yield clause.start(1), clause[1]
        if filler := _FILLER.match(lower, clause.start(1)):
            yield filler.end(), filler[1]


def _holds_an_order(lower: str) -> bool:
    return any(
        pattern.search(lower)
        for words, pattern in _patterns().holds
        if any(word in lower for word in words)
    )


def _plain(text: str) -> str:
    """The text as it looks: full-width and look-alike letters as Latin ones, nothing hidden."""
    text = unicodedata.normalize("NFKC", text)
    text = "".join(c for c in text if c == "\n" or unicodedata.category(c) not in _UNSEEN)
    return text.translate(_LOOKALIKES) if _is_latin(text) else text


_UNSEEN = ("Cf", "Cc", "Mn", "Co", "Cn")


def _is_latin(text: str) -> bool:
    return sum("a" <= c <= "z" for c in text.lower()) * 3 > len(text)


def _joined(text: str) -> str:
    return re.sub(r"[\W_]", "", _plain(text)).lower()


class _Patterns(NamedTuple):
    """Orders by the first word of their clause, and those that may stand anywhere."""

    begins: dict[str, list[re.Pattern[str]]]
    holds: list[tuple[list[str], re.Pattern[str]]]

    def note(self, part: str, words: str, pattern: re.Pattern[str]) -> None:
        """Take note of a line of a part."""
        if part == "[holds]":
            self.holds.append((words.split("|"), pattern))
        for word in words.split() if part == "[begins]" else ():
            self.begins.setdefault(word, []).append(pattern)


@lru_cache(maxsize=1)
def _patterns() -> _Patterns:
    """The patterns of `orders.txt`."""
    found = _Patterns({}, [])
    names: dict[str, str] = {}
    part = ""
    source = files("bot.extraction").joinpath("orders.txt").read_text(encoding="utf-8")
    for line in source.splitlines():
        if line in ("[begins]", "[holds]"):
            part = line
        elif line and not line.startswith("#"):
            words, pattern = line.split(" = ", 1)
            pattern = _NAME.sub(lambda name: names[name[1]], pattern)
            names[words] = pattern
            found.note(part, words, re.compile(pattern))
    return found


_NAME = re.compile(r"<([A-Z]+)>")
