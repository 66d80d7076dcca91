"""What no judge can allow: a figure, date, quotation or address that the passages do not hold.

Each veto is near certain. What it cannot be sure of, such as what a figure counts, it leaves to
the judge.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from itertools import combinations

from bot.extraction.orders import gives_orders
from bot.verification.days import Day, day_of, days, same_day
from bot.verification.figures import Bound, Number, agree, numbers
from index.article import Passage

PASSAGES = 256
"""Passages whose figures and days are remembered: each claim of a draft is held against them."""
FEW = 12
"""Up to here a number in words may count what a sentence lists, and is left to the judge."""
_URL = re.compile(r"https?://[^\s<>\"”)\]]+|www\.[^\s<>\"”)\]]+")
_QUOTATION = re.compile(
    r"“([^”]+)”|\"([^\"]+)\"|«([^»]+)»|„([^“”]+)[“”]|(?<!\w)‘([^’]+(?:’\w[^’]*)*)’(?!\w)"
)
_ELLIPSIS = re.compile(r"\s*(?:\[?\.\.\.\]?|\[?…\]?|\[[^\]]*\])\s*")
_WORD = re.compile(r"[^\W_]+")
_YEARS = re.compile(r"\b((?:1[5-9]|20)\d\d)[–/-](\d\d)\b")
"""1965-66."""
_SHARES = (0.5, 2.0, 1 / 3, 3.0, 0.25, 4.0)
"""Half, double and the like of a stated figure."""


def veto(claim: str, passages: Sequence[Passage], today: date | None = None) -> str:
    """Return why a claim may not be said beside these passages, in words for people; else "".

    `passages` are those that it cites or that a judge named as evidence.
    """
    if gives_orders(claim):
        return "it speaks to the reader or to a machine"
    checks = (_links, _quotations, _numbers, _dates)
    return next((why for check in checks if (why := check(claim, passages, today))), "")


Check = Callable[[str, Sequence[Passage], date | None], str]


def _links(claim: str, passages: Sequence[Passage], _: date | None) -> str:
    held = " ".join(f"{p.text} {p.url or ''} {p.source}" for p in passages)
    for url in _URL.findall(claim):
        if url.rstrip(".,;:") not in held:
            return f"the address {url} is not in the passages cited"
    return ""


def _quotations(claim: str, passages: Sequence[Passage], _: date | None) -> str:
    held = _words_of(" ".join(f"{p.title} {p.text}" for p in passages))
    for found in _QUOTATION.finditer(claim):
        quote = next(group for group in found.groups() if group)
        for part in _ELLIPSIS.split(quote):
            if _words_of(part) not in held:
                return f"the quoted words “{part}” are not in the passages cited"
    return ""


def _words_of(text: str) -> str:
    """The words of a text in small letters, a blank around each, without marks."""
    plain = text.lower().replace("’", "").replace("'", "")
    return f" {' '.join(_WORD.findall(plain))} "


def _numbers(claim: str, passages: Sequence[Passage], _: date | None) -> str:
    said = [n for n in numbers(claim) if not _is_left_to_judge(claim, n)]
    if not said:
        return ""
    held = [number for passage in passages for number in _held_numbers(passage)]
    for number in said:
        if not any(_is_same(number, h) for h in held) and not _is_computed(number, held):
            figure = claim[number.start : number.end].strip()
            return f"the figure “{figure}” is not in the passages cited"
    return ""


def _is_left_to_judge(claim: str, number: Number) -> bool:
    """Whether a number only counts what is listed, or orders: "three towns", "the second"."""
    in_words = not any(c.isdigit() for c in claim[number.start : number.end])
    is_fraction = number.unit == "%" and in_words
    return number.unit == "ordinal" or is_fraction or (in_words and number.value <= FEW)


@lru_cache(maxsize=PASSAGES)
def _held_numbers(passage: Passage) -> tuple[Number, ...]:
    text = f"{passage.title}\n{passage.text}"
    dates = days(text)
    # A year in one text may be a plain number in another: "the 2030 target".
    years = (Number(d.start, d.end, float(d.year), "", Bound.EXACT) for d in dates if d.year)
    return *numbers(text, dates), *years


def _is_same(said: Number, held: Number) -> bool:
    if agree(said, held):
        return True
    if said.unit and held.unit and said.unit != held.unit:
        return False
    return said.value == held.value or _is_rounded(said.value, held.value)


def _is_rounded(said: float, held: float) -> bool:
    """Whether one is the other in fewer digits: 1.2 million for 1,234,567."""
    if not said or not held or said == held:
        return said == held
    digits = max(1, len(f"{said:.6g}".partition("e")[0].replace(".", "").strip("0")))
    return float(f"{held:.{digits - 1}e}") == said


def _is_computed(said: Number, held: Sequence[Number]) -> bool:
    """Whether it is the sum or difference of two stated figures, or half, double … of one."""
    alike = [h.value for h in held if h.unit == said.unit or "" in (h.unit, said.unit)]
    if any(_is_near(said.value, share * value) for value in alike for share in _SHARES):
        return True
    pairs = combinations(dict.fromkeys(alike), 2)
    return any(_is_near(said.value, x) for a, b in pairs for x in (a + b, abs(a - b)))


def _is_near(one: float, other: float) -> bool:
    return abs(one - other) <= 0.01 * abs(other)


def _dates(claim: str, passages: Sequence[Passage], today: date | None) -> str:
    said = [d for d in days(claim) if d.shift is None and d.weekday is None]
    if not said:
        return ""
    held = [(day, p.published) for p in passages for day in _days_of(p)]
    for day in said:
        if not any(_may_be(day, h, published) for h, published in held) and not _is_of(day, today):
            return f"the date “{claim[day.start : day.end]}” is not in the passages cited"
    return ""


@lru_cache(maxsize=PASSAGES)
def _days_of(passage: Passage) -> tuple[Day, ...]:
    own = [day_of(passage.published)] if passage.published else []
    plain = [
        Day(0, 0, int(n.value))
        for n in numbers(passage.text)
        if not n.unit and n.value == int(n.value) and 1000 <= n.value <= 2100
    ]
    ends = [Day(0, 0, int(m[1][:2] + m[2])) for m in _YEARS.finditer(passage.text)]
    return *days(f"{passage.title}\n{passage.text}"), *own, *plain, *ends


def _may_be(said: Day, held: Day, published: date | None) -> bool:
    """Whether a date is that of a passage, or the part of it that is named: "in October"."""
    if same_day(said, held, published):
        return True
    return bool(published) and _is_of(said, published)


def _is_of(said: Day, day: date | None) -> bool:
    """Whether a date names this day, its month or its year."""
    if day is None:
        return False
    named = ((said.year, day.year), (said.month, day.month), (said.day, day.day))
    return all(own is None or own == other for own, other in named)
