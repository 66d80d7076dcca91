"""The day an article was published, from its own words and never from anything else.

It knows nothing of files' times. A date counts only when its year, month and day are all
written and can be read in one way: "May 2022", "10:30" and "03/04/2022" are no dates.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice

TOP_LINES = 8
LONGEST = 80

_ISO = re.compile(r"\s*(\d{4})([-/.]?)(\d{2})\2(\d{2})(?!\d)")
_YEAR = re.compile(r"(?<!\d)(?:1[89]|20|21)\d\d(?!\d)")
_CLOCK_TAIL = re.compile(r"\b(?:at\s+)?\d{1,2}[:.]\d{2}(?::\d{2})?\s*(?:[ap]\.?m\.?)?.*$", re.I)
_TWO_DAYS = re.compile(r"\d\s*(?:-|–|—|and|to|&|of)\s*\d", re.I)
_LABEL = re.compile(
    r"(?P<label>(?:first |last |originally )?"
    r"(?:published|publication date|pubdate|posted|released|date|updated|modified))"
    r"(?:\s+(?:on|at))?\s*[:\-–—|]?\s+(?=\S)",
    re.I,
)


def parse_date(value: object) -> date | None:
    """The date a field holds: a date, a datetime, or text such as "24 Oct 2024 10:31"."""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value if 1800 <= value.year <= 2200 else None
    if not isinstance(value, str) or len(value) > LONGEST:
        return None
    label = _LABEL.match(value.strip())
    return _parse(value.strip()[label.end() :] if label else value.strip())


def find_date(text: str) -> date | None:
    """The date given by a line of its own near the top of an article's text.

    Such as "Published: 24 October 2024" or "October 24, 2024"; a line that says when it
    was published counts for more than any other.
    """
    found: date | None = None
    for line in islice(_lines(text), TOP_LINES):
        day = parse_date(line)
        label = _LABEL.match(line)
        if day and label and not re.search("updated|modified", label["label"], re.I):
            return day
        found = found or day
    return found


def _lines(text: str) -> Iterator[str]:
    lines = (match.group().strip(" \t*_#|") for match in re.finditer(r"[^\n]+", text))
    return (line for line in lines if line)


def _parse(text: str) -> date | None:
    iso = _ISO.match(text)
    if iso:
        return _checked(int(iso[1]), int(iso[3]), int(iso[4]))
    if not _YEAR.search(text) or _TWO_DAYS.search(_CLOCK_TAIL.sub("", text)):
        return None
    readings = {
        _read(text, default, dayfirst)
        for default in (datetime(2000, 1, 1), datetime(2001, 2, 2))
        for dayfirst in (False, True)
    }
    day = readings.pop()
    return day if day and not readings and str(day.year) in text else None


def _read(text: str, default: datetime, dayfirst: bool) -> date | None:
    """What dateutil reads; what the text leaves out comes from `default`."""
    from dateutil import parser  # noqa: PLC0415 - costs start-up time

    try:
        return parser.parse(text, default=default, dayfirst=dayfirst, ignoretz=True).date()
    except (ValueError, OverflowError, TypeError, ArithmeticError, AttributeError):
        return None


def _checked(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if 1800 <= year <= 2200 else None
    except ValueError:
        return None
