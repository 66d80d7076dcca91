"""The dates that a text states, in whatever form they are written.

"Thursday" in an article of 25 October 2024 is one day with "24 October 2024".
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Day:
    """A date at `text[start:end]`, as far as it is written. `weekday` counts from Monday, 0.

    `shift` is how far it lies from the day it was written, in `step`s ("day", "week",
    "month" or "year"): "yesterday" is -1 day.
    """

    start: int
    end: int
    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    shift: int | None = None
    step: str = ""


_MONTHS = "january february march april may june july august september october november december"
_MONTH_NUMBER = {name[:3]: n for n, name in enumerate(_MONTHS.split(), 1)}
_MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)|Apr(?:il|\.)?|May|June?|July?|"
    r"Aug(?:ust|\.)?|Sep(?:t(?:ember|\.)?|\.)|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_WEEKDAYS = "mon tue wed thu fri sat sun".split()  # noqa: SIM905
_WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_YEAR = r"(?:1[5-9]|20)\d\d"
_DAY = re.compile(
    rf"""
      \b(?P<iso>{_YEAR}-\d\d-\d\d)\b
    | \b(?P<m1>{_MONTH})\s+(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\s*(?:percent|%|million|people))
        (?:,?\s+(?P<y1>{_YEAR})\b)?
    | \b(?:the\s+)?(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m2>{_MONTH})\b
        (?:,?\s+(?P<y2>{_YEAR})\b)?
    | \b(?P<m3>{_MONTH}),?\s+(?:of\s+)?(?P<y3>{_YEAR})\b
    | (?<=\b[Ii]n\s)(?P<m4>{_MONTH})\b | \b(?P<m5>(?!May|March){_MONTH}(?<=\w{{4}}))\b
    | (?:(?<=\blast\s)|(?<=\bthis\s)|(?<=\bnext\s))(?P<m6>{_MONTH})\b
    | (?:(?<=\bof\s)|(?<=\bby\s)|(?<=\buntil\s)|(?<=\bsince\s)|(?<=\bearly\s)|(?<=\bafter\s)
        |(?<=\blate\s)|(?<=\bmid-)|(?<=\bbefore\s)|(?<=\bfrom\s))(?P<m7>{_MONTH})\b
    | \b(?P<weekday>{_WEEKDAY})s?\b
    | \b(?P<near>yesterday|today|tonight|tomorrow)\b
    | \b(?P<which>last|this|next|previous)\s+(?P<step>week|month|year)\b
    | (?<![\d.,$£€-])(?P<year>{_YEAR})\b(?!\s*(?:%|percent|million|billion|euros|dollars|pounds|km
        |kilomet|met|homes|people|workers)|[,.]\d|-\w)
    """,
    re.VERBOSE,
)
_NEAR = {"yesterday": -1, "today": 0, "tonight": 0, "tomorrow": 1}
_WHICH = {"last": -1, "previous": -1, "this": 0, "next": 1}


def has_days(text: str) -> bool:
    """Whether `days` finds one in `text`."""
    return bool(_DAY.search(text))


def days(text: str) -> list[Day]:
    """The dates written in `text`, in order."""
    return [_day(found) for found in _DAY.finditer(text)]


def _day(found: re.Match[str]) -> Day:
    start, end = found.span()
    if iso := found["iso"]:
        return Day(start, end, int(iso[:4]), int(iso[5:7]), int(iso[8:]))
    month = next((found[f"m{n}"] for n in range(1, 8) if found[f"m{n}"]), None)
    if month:
        day = found["d1"] or found["d2"]
        year = found["y1"] or found["y2"] or found["y3"]
        return Day(
            start,
            end,
            int(year) if year else None,
            _MONTH_NUMBER[month[:3].lower()],
            int(day) if day else None,
        )
    if found["weekday"]:
        return Day(start, end, weekday=_WEEKDAYS.index(found["weekday"][:3].lower()))
    if found["near"]:
        return Day(start, end, shift=_NEAR[found["near"]], step="day")
    if found["which"]:
        return Day(start, end, shift=_WHICH[found["which"]], step=found["step"])
    return Day(start, end, int(found["year"]))


def same_day(said: Day, held: Day, published: date | None) -> bool:
    """Whether what `said` says of a date is true of `held`, in an article of that day."""
    if _written(said) == _written(held):
        return True
    return any(
        _is_part(one, other) for one in _meant(said, published) for other in _meant(held, published)
    )


def day_of(when: date) -> Day:
    """A calendar day as a date written in full."""
    return Day(0, 0, when.year, when.month, when.day)


def may_be_one_day(
    one: Day, published: date | None, other: Day, other_published: date | None
) -> bool:
    """Whether two dates, written in articles of these days, can be the same."""
    return any(
        _is_part(a, b) or _is_part(b, a)
        for a in _meant(one, published)
        for b in _meant(other, other_published)
        if -1 not in (a[3], b[3])
    )


Known = tuple[int | None, int | None, int | None, int | None]
"""Year, month, day and weekday, as far as they are known."""


def _written(day: Day) -> tuple[object, ...]:
    return day.year, day.month, day.day, day.weekday, day.shift, day.step


def _is_part(one: Known, other: Known) -> bool:
    return all(a is None or a == b for a, b in zip(one, other, strict=True))


def _meant(day: Day, published: date | None) -> list[Known]:
    """What `day` can stand for."""
    if published is None and day.shift is not None:
        return []  # only the same words say the same
    if published is None or (day.year and not day.month):
        return [_known(day.year, day.month, day.day, day.weekday)]
    if day.weekday is not None:
        back = (published.weekday() - day.weekday) % 7
        dates = [published - timedelta(back), published + timedelta(7 - back)]
        return [(None, None, None, day.weekday), *(_of(d) for d in dates)]
    if day.shift is not None:
        return [_shifted(day, published)]
    if day.year is None and day.month is not None:
        years = (published.year, published.year - 1, published.year + 1)
        return [
            (None, day.month, day.day, None),
            _known(_nearest(day, published, years), day.month, day.day),
        ]
    return [_known(day.year, day.month, day.day)]


def _shifted(day: Day, published: date) -> Known:
    shift = day.shift or 0
    if day.step == "day":
        return _of(published + timedelta(shift))
    if day.step == "year":
        return published.year + shift, None, None, None
    if day.step == "month":
        months = published.year * 12 + published.month - 1 + shift
        return months // 12, months % 12 + 1, None, None
    return None, None, None, -1  # a week: only the same words say the same


def _nearest(day: Day, published: date, years: tuple[int, ...]) -> int:
    def distance(year: int) -> int:
        return abs((year - published.year) * 365 + ((day.month or 1) - published.month) * 30)

    return min(years, key=distance)


def _known(
    year: int | None, month: int | None, day: int | None, weekday: int | None = None
) -> Known:
    try:
        return _of(date(year or 0, month or 0, day or 0))
    except ValueError:
        return year, month, day, weekday


def _of(day: date) -> Known:
    return day.year, day.month, day.day, day.weekday()
