"""The days that a question's time words mean: "last week", "in October", "since Monday".

It reads words only, and knows nothing of articles. Dates and calendar arithmetic are dateutil's.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

Days = tuple[date, date]
"""The first and the last, both included."""


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `start` to `end`, both included, that `words` mean.

    `named` are the words with which a later article would name them, small letters; none
    where the year is left unsaid.
    """

    words: str
    start: date
    end: date
    named: tuple[str, ...] = ()

    def days_to(self, day: date) -> int:
        """How far `day` lies outside; what happens on a day is often reported on the next."""
        return max((self.start - day).days, (day - self.end).days - 1, 0)


def period_in(question: str, today: date | None) -> Period | None:
    """The time that `question` asks about, if it says so; none that only lies ahead.

    Without `today`, only what names its year is known.
    """
    matches = [*_TIME.finditer(question)]
    firsts = (m for m in matches if (m["lead"] or "").lower() not in _JOINS)
    found = next(((m, p) for m in firsts if (p := _period(m, today))), None)
    if not found:
        return None
    match, period = found
    after = next((m for m in matches if m.start() == match.end() + 1), None)
    last = _period(after, today) if after and after["lead"] else None
    if after and last and after["lead"].lower() in _JOINS:
        first = _period(match, last.end) or period  # it may leave the year to the other
        period = replace(
            last,
            words=question[match.start() : after.end()],
            start=first.start,
            named=first.named + last.named,
        )
    ahead = today is not None and period.start > today
    return None if ahead or period.start > period.end else period


def asks_for_newest(question: str) -> bool:
    """Whether `question` asks for the newest there is."""
    return bool(_NEWEST.search(question))


def _period(match: re.Match[str], today: date | None) -> Period | None:
    lead, words = (match["lead"] or "").lower(), match["time"]
    for pattern, days_of in _MEANINGS:
        if meant := pattern.fullmatch(words):
            if (
                pattern in _MAY_BE_A_NAME
                and lead not in (*_LEADS, *_JOINS)
                and not (words.lower().startswith(("last ", "this ")))
            ):
                return None
            if today is None and not _YEAR_IN.search(words):
                return None
            try:
                start, end = days_of(meant, today or date.max)
            except (ValueError, OverflowError):
                return None
            if lead in ("since", "after") and today:
                end = today
            named = tuple(_NAMED.findall(words.lower())) if _YEAR_IN.search(words) else ()
            return Period(match[0], start, end, named)
    return None


def _near(match: re.Match[str], today: date) -> Days:
    day = today - timedelta(days=match[0].lower() in ("yesterday", "last night"))
    return day, day


def _calendar(match: re.Match[str], today: date) -> Days:
    """This week, month or year up to today, or the whole one before."""
    from dateutil.relativedelta import MO, relativedelta  # noqa: PLC0415  (seldom needed)

    unit = match["unit"].lower()
    this = match["which"].lower() == "this"
    monday = today + relativedelta(weekday=MO(-1))
    if unit == "weekend":
        saturday = monday + timedelta(days=5 if this and today.weekday() >= 5 else -2)
        return saturday, saturday + timedelta(days=1)
    start = {"week": monday, "month": today.replace(day=1), "year": today.replace(month=1, day=1)}[
        unit
    ]
    if this:  # on a Monday, "this week" still means the last days
        return min(start, today - timedelta(days=6)), today
    return start - relativedelta(**{f"{unit}s": 1}), start - timedelta(days=1)  # type: ignore[arg-type]


def _counted(match: re.Match[str], today: date) -> Days:
    """The last so many days, or so many ago."""
    from dateutil.relativedelta import relativedelta  # noqa: PLC0415

    count, unit = match["count"].lower(), match["unit"].lower()
    number = int(count) if count.isdigit() else _NUMBERS.get(count, 1)
    start = today - relativedelta(**{f"{unit}s": number})  # type: ignore[arg-type]
    if not match[0].lower().endswith("ago"):
        return start, today
    around = relativedelta(days={"day": 0, "week": 3, "month": 15, "year": 183}[unit])
    return start - around, start + around


def _weekday(match: re.Match[str], today: date) -> Days:
    back = (today.weekday() - _WEEKDAYS.index(match["day"].lower())) % 7
    day = today - timedelta(days=back or 7 * match[0].lower().startswith("last"))
    return day, day


def _written(match: re.Match[str], today: date) -> Days:
    """A date, month or year; without its year, the last one before `today`."""
    from dateutil import parser  # noqa: PLC0415
    from dateutil.relativedelta import relativedelta  # noqa: PLC0415

    words = re.sub(r"\b(?:of|the|last|this)\b|,", " ", match[0], flags=re.IGNORECASE)
    default = datetime(min(today.year, 9998), 1, 1)
    start = parser.parse(words, default=default, ignoretz=True).date()
    if start > today and not _YEAR_IN.search(words):
        start -= relativedelta(years=1)
    if re.search(r"(?<!\d)\d{1,2}(?!\d)", words):
        return start, start
    length = relativedelta(years=1) if words.strip().isdigit() else relativedelta(months=1)
    return start, start + length - timedelta(days=1)


_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NUMBERS = {
    "one": 1, "two": 2, "couple of": 2, "three": 3, "few": 3, "four": 4, "five": 5, "six": 6,
    "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12,
}  # fmt: skip
_YEAR = r"(?:19|20)\d\d"
_YEAR_IN = re.compile(rf"(?<!\d){_YEAR}(?!\d)")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_COUNT = rf"(?P<count>\d{{1,3}}|an?|{'|'.join(_NUMBERS)})"
_UNIT = r"(?P<unit>day|week|month|year)s?"


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


_DATE = _pattern(
    rf"{_YEAR}-\d\d-\d\d|(?:the )?\d\d?(?:st|nd|rd|th)? (?:of )?{_MONTH}(?:,? {_YEAR})?"
    rf"|{_MONTH} \d\d?(?:st|nd|rd|th)?(?!\d)(?:,? {_YEAR})?"
)
_MONTHS = _pattern(rf"(?:last |this )?{_MONTH}(?:,? (?:of )?{_YEAR})?")
_YEARS = _pattern(_YEAR)
_MEANINGS: list[tuple[re.Pattern[str], Callable[[re.Match[str], date], Days]]] = [
    (_pattern(r"today|tonight|yesterday|last night|this (?:morning|afternoon|evening)"), _near),
    (_pattern(r"(?P<which>this|last|past|previous) (?P<unit>weekend|week|month|year)"), _calendar),
    (_pattern(rf"(?:the )?(?:last|past|previous) {_COUNT} {_UNIT}"), _counted),
    (_pattern(rf"{_COUNT} {_UNIT} ago"), _counted),
    (_pattern(rf"(?:last |this )?(?P<day>{'|'.join(_WEEKDAYS)})"), _weekday),
    (_DATE, _written),
    (_MONTHS, _written),
    (_YEARS, _written),
]
_MAY_BE_A_NAME = (_MONTHS, _YEARS)
"""Without a word before them that says so, these may be no time: "the 2018 World Cup"."""
_LEADS = ("in", "during", "since", "after", "between", "from", "throughout")
_JOINS = ("and", "to", "until")
_ALL = "|".join(re.sub(r"\?P<\w+>", "?:", pattern.pattern) for pattern, _ in _MEANINGS)
_TIME = re.compile(
    rf"\b(?:(?P<lead>{'|'.join((*_LEADS, *_JOINS))}|on)\s+(?:early |late |mid-)?)?"
    rf"(?P<time>{_ALL})\b(?!-\w)",
    re.IGNORECASE,
)
_NEWEST = re.compile(r"\b(?:latest|newest|most recent(?:ly)?|recently)\b", re.IGNORECASE)
_NAMED = re.compile(rf"{_YEAR}|{_MONTH}|\b\d\d?(?=\b|st|nd|rd|th)")
