"""Notes in brackets beside a verbatim quote: the date of "Thursday", the person behind "He".

A note is given only where the rules are sure of it. Without its notes the text is the quote.
"""

import calendar
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from bot.extraction.antecedents import PRONOUN
from bot.extraction.boundaries import is_open
from bot.extraction.clause import listed
from bot.extraction.tense import Tense, tense_at

MOST_DATES = 2
"""How many dates a quote is given, the first ones."""
LONGEST_BACK = 5
"""Days. What would be tomorrow, told as past, is rather in an article changed since."""

_DAYS = "|".join(calendar.day_name)
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|March|Mar\.|April|Apr\.|May|June|July|Aug(?:ust)?|"
    r"Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
)
_WHEN = re.compile(
    rf"""(?<![\w“"‘'-])(?:
      (?P<lead>\w+\s+)?(?P<weekday>{_DAYS})(?:\s(?:morning|afternoon|evening|night))?
    | (?P<near>[Yy]esterday|[Tt]omorrow|[Tt]onight|[Ll]ast\snight
      |[Tt]his\s(?:morning|afternoon|evening))
    | (?P<today>[Tt]oday)
    | (?P<which>[Tt]his|[Ll]ast|[Nn]ext)\s(?P<unit>week|weekend|month|year)(?:['’]s)?
    )(?![\w'’-])""",
    re.VERBOSE,
)
_DATED_AFTER = re.compile(
    rf"\W{{1,3}}(?:the\s)?(?:{_MONTH}\b|\d{{1,2}}(?:st|nd|rd|th)\b|\d{{1,2}}\s{_MONTH}|(?:in\s)?\(?(?:19|20)\d\d)"
)
_DATED_BEFORE = re.compile(
    rf"(?:{_MONTH}\.?\s\d{{1,2}}|\d{{1,2}}\s{_MONTH}|\d(?:st|nd|rd|th))\W{{1,3}}$"
)
_MONTH_NAME = re.compile(rf"\b[Ii]n {_MONTH}\b")
_NAMED_AFTER = re.compile(
    r"\s(?:Night|Times|Post|Morning|Football|Live|School|Mass|Club)\b|,\s\d"
    rf"|(?:\s?[-–/]\s?|,?\s(?:(?:through|thru|to|and|or)\s)?)(?:{_DAYS})"
)
_NAMES_BEFORE = listed(
    "Black Cyber Good Super Palm Easter Ash Holy Maundy Giving Bloody Fat Shrove"
)
_NO_DAY_BEFORE = listed(
    "a an any each every one some most that the per previous following and or to of his her their "
    "next last several between Every Each Most A The Any Last Next"
)
_OPEN_ENDED = listed(
    "until till through by before after starting beginning ahead within Until Through By "
    "Before After Starting Beginning thru"
)
_HABIT = re.compile(
    r"\b(?:hours|weekly|daily|always|usually|regularly)\b|\d\s?(?:a|p)\.?m\.?\s?[-–]"
)
_DETERMINED = re.compile(r"\b(?:the|a|his|her|their|its|my|our|your|every|each|over|past)\s$", re.I)
_TODAY = re.compile(r"\b(?:[Ee]arlier|[Ll]ater)\s$")


def annotated(quote: str, published: date | None, antecedent: str | None = None) -> str:
    """`quote` with notes in brackets: who its first pronoun means, and which days it means."""
    notes = [*_person_note(quote, antecedent), *_date_notes(quote, published)]
    for place, note in sorted(notes, reverse=True):
        quote = f"{quote[:place]} [{note}]{quote[place:]}"
    return quote


def _person_note(quote: str, antecedent: str | None) -> Iterator[tuple[int, str]]:
    pronoun = PRONOUN.match(quote) if antecedent else None
    if pronoun and antecedent:
        owner = pronoun["word"] in ("His", "Her", "Their", "his", "her", "their")
        yield pronoun.end("word"), f"{antecedent}’s" if owner else antecedent


def _date_notes(quote: str, published: date | None) -> list[tuple[int, str]]:
    """Where a date is noted and what it says, the first `MOST_DATES`."""
    if not published:
        return []
    notes: dict[str, int] = {}
    for found in _WHEN.finditer(quote):
        if note := _meaning(quote, found, published):
            notes.setdefault(note, found.end())
    return [(place, note) for note, place in notes.items()][:MOST_DATES]


def _meaning(quote: str, found: re.Match[str], published: date) -> str | None:
    """The day or days that time words mean, written out; None where it is not clear."""
    start = found.start("weekday") if found["weekday"] else found.start()
    before, after = quote[:start], quote[found.end() :]
    if _DATED_AFTER.match(after) or _DATED_BEFORE.search(before):
        return None
    try:
        if found["unit"]:
            return _period(found, before, published)
        day = _day(found, before, after, published)
    except OverflowError:
        return None
    return _written(day) if day else None


def _period(found: re.Match[str], before: str, published: date) -> str | None:
    """The week, weekend, month or year that is meant."""
    step = _STEPS[found["which"].lower()]
    if _DETERMINED.search(before) or (step > 0 and _MONTH_NAME.search(before)):
        return None  # "in October she said that next month ..."
    return _SPANS[found["unit"]](published, step)


def _day(found: re.Match[str], before: str, after: str, published: date) -> date | None:
    if found["weekday"]:
        return _weekday(found, before, after, published)
    if is_open(before):
        return None  # the speaker may have spoken on an earlier day
    if found["today"]:
        return published if _TODAY.search(before) else None
    return published + timedelta(_SHIFTS.get(found["near"].lower(), 0))


def _weekday(found: re.Match[str], before: str, after: str, published: date) -> date | None:
    """The day that a weekday names: the last one, or the next where the future is spoken of."""
    lead = (found["lead"] or "").strip()
    if lead in _NO_DAY_BEFORE or lead in _NAMES_BEFORE or _NAMED_AFTER.match(after):
        return None
    if _HABIT.search(before) or _HABIT.search(after):
        return None
    tense = tense_at(before, after)
    number = [*calendar.day_name].index(found["weekday"])
    if tense is Tense.FUTURE:
        return published + timedelta((number - published.weekday()) % 7)
    back = (published.weekday() - number) % 7
    unclear = lead.lower() == "this" or not _OPEN_ENDED.isdisjoint(before.split()[-3:])
    if tense is Tense.PAST and not unclear and back <= LONGEST_BACK:
        return published - timedelta(back)
    return None


def _week(published: date, step: int) -> str | None:
    if published.weekday() == 6:
        return None  # some weeks end on a Sunday, others begin
    monday = published + timedelta(7 * step - published.weekday())
    return _span(monday, monday + timedelta(6))


def _weekend(published: date, step: int) -> str | None:
    """Early in a week "this weekend" may be over; on a weekend, "last" and "next" are unclear."""
    day = published.weekday()
    if (step == 0 and day < 2) or (step and day > 4) or step > 0:
        return None
    saturday = published + timedelta(5 - day + 7 * step)
    return _span(saturday, saturday + timedelta(1))


def _month(published: date, step: int) -> str:
    months = published.year * 12 + published.month - 1 + step
    return f"{calendar.month_name[months % 12 + 1]} {months // 12}"


def _year(published: date, step: int) -> str:
    return str(published.year + step)


def _span(first: date, last: date) -> str:
    """Days as "5–11 September 2022", or with what differs written twice."""
    start = str(first.day)
    if first.month != last.month:
        start += f" {calendar.month_name[first.month]}"
    if first.year != last.year:
        start += f" {first.year}"
    return f"{start}–{_written(last)}"


def _written(day: date) -> str:
    return f"{day.day} {calendar.month_name[day.month]} {day.year}"


_SHIFTS = {"yesterday": -1, "last night": -1, "tomorrow": 1}
_STEPS = {"last": -1, "this": 0, "next": 1}
_SPANS: dict[str, Callable[[date, int], str | None]] = {
    "week": _week,
    "weekend": _weekend,
    "month": _month,
    "year": _year,
}
