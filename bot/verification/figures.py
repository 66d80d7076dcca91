"""The numbers that a text states, in whatever form they are written.

"twelve thousand", "12,000" and "12 thousand" are one number.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from bot.verification.days import Day, days


class Bound(StrEnum):
    """How a number is to be taken."""

    EXACT = "exact"
    ABOUT = "about"
    LEAST = "at least"
    MOST = "at most"


@dataclass(frozen=True, slots=True)
class Number:
    """A number at `text[start:end]`; `unit` is "" for a count of things."""

    start: int
    end: int
    value: float
    unit: str
    bound: Bound


_UNITS_OF_ONE = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_SMALL = {word: n for n, word in enumerate(_UNITS_OF_ONE.split())}
_TENS = dict(
    zip(
        ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"),
        range(20, 100, 10),
        strict=True,
    )
)
_SCALES = {
    "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12,
    "k": 1e3, "m": 1e6, "mn": 1e6, "bn": 1e9, "b": 1e9, "tn": 1e12, "dozen": 12,
}  # fmt: skip
_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12,
}  # fmt: skip
_FRACTIONS = {
    "half": 1 / 2, "halves": 1 / 2, "third": 1 / 3, "thirds": 1 / 3, "quarter": 1 / 4,
    "quarters": 1 / 4, "fifth": 1 / 5, "fifths": 1 / 5, "tenth": 1 / 10, "tenths": 1 / 10,
}  # fmt: skip
_WORD_VALUE = {**_SMALL, **_TENS}
_WORD_NUMBER = "|".join(sorted(_WORD_VALUE, key=len, reverse=True))
_SCALE = r"hundred|thousand|million|billion|trillion"
_UNIT = {
    "%": r"%|per\s?cent\b|percentage\s+points?\b|pct\b",
    "$": r"(?:US\s+)?dollars?\b|USD\b",
    "€": r"euros?\b|EUR\b",
    "£": r"pounds\s+sterling\b|GBP\b",
    "month": r"months?\b",
    "year": r"years?\b",
    "week": r"weeks?\b",
    "day": r"days?\b",
    "hour": r"hours?\b",
    "minute": r"minutes?\b",
    "second": r"seconds\b",
    "km": r"kilomet(?:re|er)s?\b|km\b",
    "mile": r"miles?\b|mph\b",
    "metre": r"met(?:re|er)s?\b",
    "foot": r"feet\b|foot\b|ft\b",
    "kg": r"kilo(?:gram)?s?\b|kg\b",
    "tonne": r"tonnes?\b|tons?\b",
    "degree": r"degrees?\b|°",
}
_CONVERTED = {
    "year": ("month", 12.0), "week": ("day", 7.0), "hour": ("day", 1 / 24),
    "minute": ("day", 1 / 1440), "second": ("day", 1 / 86400),
}  # fmt: skip
_NUMBER = re.compile(
    rf"""
      (?P<currency>[$£€])?\s?(?<![\w.])(?P<digits>\d{{1,3}}(?:[,  ]\d{{3}})+(?!\d)|\d+)
        (?P<decimals>\.\d+)?(?P<ordinal>st|nd|rd|th)?\b
        (?:[\s-]?(?P<scale>{_SCALE}|dozen|bn|mn|tn|[kmb](?=\b))\b)?
    | \b(?:(?P<few>{_WORD_NUMBER}|a|an)\s+|(?P<over>{_WORD_NUMBER})-)?
        (?P<fraction>halves|half|thirds?|quarters?|fifths?|tenths?)\b(?!-)
    | \b(?P<words>(?:{_WORD_NUMBER}|an?(?=\s+(?:{_SCALE}|dozen)))
        (?:(?:[\s-]+(?:and\s+)?)(?:{_WORD_NUMBER}|{_SCALE}|dozen)\b)*)\b
    | \b(?P<place>{"|".join(_ORDINALS)})\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
_MAY_COUNT = re.compile(
    rf"\d|\b(?:{_WORD_NUMBER}|{'|'.join(_ORDINALS)}|{'|'.join(_FRACTIONS)}|hundred|dozen)",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"(?P<half>\s+and\s+a\s+half\b)?[\s-]*(?:"
    + "|".join(f"(?P<u{n}>{pattern})" for n, pattern in enumerate(_UNIT.values()))
    + ")?",
    re.IGNORECASE,
)
_RANGE = re.compile(rf"\s*(?:to|-|–)\s*[$£€]?\d[\d.,]*[\s-]?(?P<scale>{_SCALE})?\b", re.IGNORECASE)
_HALF_AFTER = re.compile(
    r"\b(?:a|one)\s+(year|month|week|day|hour|million)\s+and\s+a\s+half\b", re.I
)
_COUNTED = re.compile(r"\s+(?:time|attempt|term|day|week|month|year|case|man|woman|person|one)\b")
_OLD = re.compile(r"[\s-]+old\b")
_BOUNDS = {
    Bound.LEAST: r"at least|more than|over|no (?:fewer|less) than|a minimum of|above|exceed(?:s|ed|"
    r"ing)?|upwards of|minimum",
    Bound.MOST: r"up to|at most|less than|fewer than|under|below|as (?:many|much) as|a maximum of|"
    r"no more than|maximum",
    Bound.ABOUT: r"about|around|roughly|approximately|some|nearly|almost|close to|an estimated|"
    r"circa|more or less",
}
_BOUND = {
    bound: re.compile(rf"\b(?:{pattern})\s+(?:an?\s+|the\s+)?$", re.IGNORECASE)
    for bound, pattern in _BOUNDS.items()
}
_LOOK_BACK = 24


def may_have_numbers(text: str) -> bool:
    """Whether `numbers` may find one in `text`; tells it in a tenth of the time."""
    return bool(_MAY_COUNT.search(text))


def numbers(text: str, dates: list[Day] | None = None) -> list[Number]:
    """The numbers written in `text`, in order, those of its dates left out.

    Durations come in months or days, shares in per cent: "half" is 50 %.
    """
    taken = [(d.start, d.end) for d in (days(text) if dates is None else dates)]
    found = [*_half_after(text)]
    taken += [(n.start, n.end) for n in found]
    for match in _NUMBER.finditer(text) if may_have_numbers(text) else ():
        start = match.start() + len(match[0]) - len(match[0].lstrip())
        if not any(a < match.end() and start < b for a, b in taken):
            read = [*_number(text, start, match)]
            taken += [(n.start, n.end) for n in read]
            found += read
    return sorted(found, key=lambda n: n.start)


def _half_after(text: str) -> Iterator[Number]:
    for match in _HALF_AFTER.finditer(text):
        unit = match[1].lower()
        if unit == "million":
            yield Number(match.start(), match.end(), 1.5e6, "", _bound(text, match.start()))
        else:
            value, name = _converted(1.5, unit)
            yield Number(match.start(), match.end(), value, name, _bound(text, match.start()))


def _number(text: str, start: int, match: re.Match[str]) -> Iterator[Number]:
    unit, end = "", match.end()
    named_at = end
    if match["fraction"]:
        name, few = match["fraction"].lower(), (match["few"] or match["over"] or "").lower()
        if name in _ORDINALS and (not few or (few == "a" and _COUNTED.match(text, end))):
            yield Number(start, end, _ORDINALS[name], "ordinal", Bound.EXACT)
            return
        value, unit = 100 * _WORD_VALUE.get(few, 1) * _FRACTIONS[name], "%"
    elif match["place"]:
        yield Number(start, end, _ORDINALS[match["place"].lower()], "ordinal", Bound.EXACT)
        return
    elif match["words"]:
        if match["words"].lower() == "one":
            return  # "one of them" counts nothing
        value = _spelled(match["words"])
    else:
        value = float(re.sub(r"\D", "", match["digits"]) + (match["decimals"] or ""))
        # In "60 to 80 million dollars", the first number goes by the second one's unit.
        range_ = None if match["scale"] else _RANGE.match(text, end)
        value *= _SCALES.get((match["scale"] or (range_ and range_["scale"]) or "").lower(), 1)
        unit = "ordinal" if match["ordinal"] else match["currency"] or ""
        named_at = range_.end() if range_ else end
    after = _AFTER.match(text, named_at)
    if after and unit != "ordinal":
        value += 0.5 if after["half"] and value < 100 else 0
        named = next((u for n, u in enumerate(_UNIT) if after[f"u{n}"]), "")
        unit = unit or named
        if named_at == end and (named or after["half"]):
            end = after.end()
    if unit == "year" and _OLD.match(text, end):
        unit = ""  # an age is written with its unit or without
    value, unit = _converted(value, unit)
    yield Number(start, end, value, unit, _bound(text, start))


def _spelled(words: str) -> float:
    """The value of a number in words: "one hundred and forty thousand"."""
    total = current = 0.0
    for word in re.findall(r"[a-z]+", words.lower()):
        if word in _WORD_VALUE:
            current += _WORD_VALUE[word]
        elif word in ("hundred", "dozen"):
            current = (current or 1) * _SCALES[word]
        elif word in _SCALES:
            total, current = total + (current or 1) * _SCALES[word], 0
    return total + current


def _converted(value: float, unit: str) -> tuple[float, str]:
    name, times = _CONVERTED.get(unit, (unit, 1.0))
    return value * times, name


def _bound(text: str, start: int) -> Bound:
    before = text[max(0, start - _LOOK_BACK) : start]
    return next((b for b, pattern in _BOUND.items() if pattern.search(before)), Bound.EXACT)


def agree(said: Number, held: Number) -> bool:
    """Whether `said` may be said of `held`: the same, or rounded and hedged so."""
    if said.unit != held.unit and not _one_unit_left_out(said.unit, held.unit):
        return False
    if abs(said.value - held.value) <= 0.005 * abs(held.value):
        same_way = {said.bound, held.bound} != {Bound.LEAST, Bound.MOST}
        return same_way and not (held.bound is Bound.MOST and said.bound is Bound.EXACT)
    if not held.value or said.bound is Bound.EXACT:
        return False
    near = abs(said.value - held.value) <= 0.1 * abs(held.value)
    if said.bound is Bound.LEAST:
        return near and said.value < held.value
    if said.bound is Bound.MOST:
        return near and said.value > held.value
    return near and _is_round(said.value)


def _one_unit_left_out(one: str, other: str) -> bool:
    """Whether a unit may go without saying: "140" for "140 kilometres", never a share."""
    loose = {"", "km", "metre", "month", "day", "$", "€", "£", "mile", "kg", "tonne", "degree"}
    return "" in (one, other) and {one, other} <= loose


def _is_round(value: float) -> bool:
    """Whether a number looks rounded: 35, 40, 12,000, 1.5 million."""
    if value < 100:
        return value % 5 == 0
    return len(f"{value:.0f}".rstrip("0")) <= 2
