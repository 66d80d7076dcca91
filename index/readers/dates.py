"""The day an article was published, from its own words and never from anything else.

A date counts only when its year, month and day are all written and can be read in one way:
"May 2022", "10:30" and "03/04/2022" are no dates. The day is the one that is written, whatever
the zone: an article of 23:30 in Los Angeles is of that day.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from itertools import islice
from unicodedata import combining, normalize

from index.readers.names import written_names
from index.text.calendar import JOINING, MONTHS, WEEKDAYS

TOP_LINES = 8
LONGEST = 80
AHEAD = timedelta(days=1)
"""How far after today an article may be dated: it is tomorrow already in other places."""

_YEAR = re.compile(r"(?<!\d)(?:1[89]|20|21)\d\d(?!\d)")
_EPOCH = re.compile(r"(\d{9,10}|\d{12,13}|\d{16}|\d{19})(?:\.\d+)?")
_ISO = re.compile(
    r"(\d{4})(-?)(\d\d)\2(\d\d)"
    r"(?:[T ]?\d\d:?\d\d(?::?\d\d(?:[.,]\d+)?)?(?: ?Z| ?[+-]\d\d:?\d\d)?)?"
)
_HOUR = r"(?:uhr|uur|hs?|hrs?|horas?|heures?|ore|godz|час\w*|[ap]\.?\s?m)\b"
_CLOCK = re.compile(
    r"(?:(?<=\d)T|(?<![\d.,/-]))"
    r"(?:\d{1,2}\s?[:h]\s?\d\d(?:[:m]\s?\d\d(?:[.,]\d+)?)?s?"
    rf"|\d{{1,2}}\.\d\d(?=\s*(?:uhr|uur|[ap]\.?m))|\d{{1,2}}\s?(?={_HOUR}))"
    rf"\s*(?:(?:min\b|{_HOUR})\.?)?\s*(?:(?:UTC|GMT)?\s?[+−-]\d\d?(?::?\d\d)?(?!\d))?",
    re.IGNORECASE,
)
_DOTTED_CLOCK = re.compile(
    r"(?<=\d{4})[\s,]+(?:kl\.?|klo|om|um|às|(?:alle )?ore|godz\.?|o)?\s*\d{1,2}\.\d\d(?:\.\d\d)?"
    r"(?:\s+(?-i:[A-Z]{2,4}))?\s*$",
    re.IGNORECASE,
)
_ZONE = re.compile(
    r"(?<![^\W\d])(?:Z|UTC?|GMT|[ECMPA][SD]?T|AK[SD]T|H[SD]T|BST|IST|WES?T|CES?T|EES?T|MSK|SAST"
    r"|[MOW]E(?:S?Z)|HAEC|HNEC|JST|KST|CST|SGT|HKT|PHT|WIB|WITA?|ICT|PKT|NPT|ACS?T|AC?DT|AWST"
    r"|МСК|AE[SD]T|NZ[SD]?T|[CEW]AT|BRS?T|ART|CLS?T|COT|PET|TRT|GST)(?!\w)"
)
_PLACE = re.compile(
    r"(?<![\w\[])(?:"
    r"(?:Africa|America|Antarctica|Asia|Atlantic|Australia|Etc|Europe|Indian|Pacific)(?:/[\w+-]+)+"
    r"|(?:hora|heure|ora)\s(?:locale?|de\s\w+|peninsular|di\s\w+)|local\stime|ortszeit"
    r"|по\sмосковскому\sвремени)(?!\w)",
    re.IGNORECASE,
)
"""A zone that is named by a place: "Europe/Paris"."""
_ASIDE = re.compile(r"\((?:[^()\d]|GMT|[+-]\d\d?:?\d\d)*\)|\[[\w/+-]+\]|(?<=\d)[+-]\d\d:\d\d$")
_TOKEN = re.compile(r"\d+|[^\W\d_]+|\s+|.", re.DOTALL)
_BETWEEN = frozenset(",./-–—‑|·•:،、，'’º°")
_ENGLISH_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_EAST = re.compile(
    r"(?P<era>令和|平成|昭和|民國|民国)?\s*(\d{1,4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日号號일]?"
)
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "民國": 1911, "民国": 1911}
_EAST_CLOCK = re.compile(
    r"上午|下午|午前|午後|晚上|凌晨|早上|中午|오전|오후"
    r"|\d{1,2}\s*[時时點点시](?:\s*\d{1,2}\s*[分분]|半)?(?:\s*\d{1,2}\s*[秒초])?"
)
_EAST_WEEKDAY = re.compile(
    r"(?:星期|周|週|礼拜|禮拜)[一二三四五六日天]|[月火水木金土日]曜日?|[월화수목금토일]요일"
    r"|[(（][月火水木金土日월화수목금토일一二三四五六](?:・?祝)?[)）]"
)
_HAN_NUMBER = re.compile("[〇零一二三四五六七八九十元]+(?=[年月日号號])")
_HAN_DIGITS = str.maketrans("〇零一二三四五六七八九元", "001234567891")

_ADDRESS = re.compile(
    r"[/_-]((?:19|20)\d\d)(?:([/_-])(\d{1,2}|[a-z]{3,9})\2(\d{1,2})|(\d\d)(\d\d))(?=[/_.?-]|$)",
    re.IGNORECASE,
)


def parse_date(value: object) -> date | None:
    """The date a field holds: a date, an epoch, or text such as "24 Oct 2024 10:31"."""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return _checked(value.year, value.month, value.day)
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = f"{value:.0f}" if abs(value) < 10**19 else ""
    if not isinstance(value, str) or len(value) > LONGEST:
        return None
    text = normalize("NFKC", value).strip()
    return _number(text) or _read(_unlabelled(text), short=True)


def find_date(text: str) -> date | None:
    """The date given by a line of its own near the top of an article's text.

    Such as "Published: 24 October 2024" or "October 24, 2024"; a line that says when it
    was published counts for more than any other.
    """
    found: date | None = None
    for line in islice(_lines(text), TOP_LINES):
        day = _read_line(line) if len(line) <= LONGEST else None
        if day and (label := _label().match(line)) and not label["later"]:
            return day
        found = found or day
    return found


def day_in_address(address: str | None) -> date | None:
    """The day that an address names, as "/2024/10/21/" does; the last of several."""
    days = [_checked(*parts) for parts in map(_parts, _ADDRESS.finditer(address or "")) if parts]
    return next(filter(None, reversed(days)), None)


def is_ahead(day: date | None, today: date) -> bool:
    """Whether no article can be of this day yet."""
    return day is not None and day > today + AHEAD


def _lines(text: str) -> Iterator[str]:
    lines = (match.group().strip(" \t*_#|") for match in re.finditer(r"[^\n]+", text))
    return (line for line in lines if line)


def _read_line(line: str) -> date | None:
    if not any(map(str.isnumeric, line)):
        return None
    text = normalize("NFKC", line).strip()
    named = _YEAR.search(text) or _EAST.search(_plain_digits(text))
    return _read(_unlabelled(text), short=False) if named else None


def _unlabelled(text: str) -> str:
    label = _label().match(text)
    return text[label.end() :] if label else text


@cache
def _label() -> re.Pattern[str]:
    """What stands before a day: the names that the fields of days have, and small words."""
    first, later = (_any_of(written_names(field)) for field in ("published", "modified"))
    small = "|".join(map(re.escape, written_names("small")))
    return re.compile(
        rf"(?:first |last |originally )?(?:(?P<later>{later})|{first})(?:\s+(?:{small}))*"
        rf"(?:\s*[:：\-–—|])?(?:\s+|(?<=[:：\u3040-\ud7a3])\s*)(?=\S)",
        re.IGNORECASE,
    )


def _any_of(names: Iterator[str]) -> str:
    """A pattern of names as they are written, with their accents and small words or without."""
    spelt = {way for name in names for way in (name, _unaccented(name))}
    small = "|".join(map(re.escape, written_names("small")))
    between = rf"[\s_-]+(?:(?:{small})\s+)*"
    return "|".join(
        between.join(map(re.escape, way.split())) for way in sorted(spelt, reverse=True)
    )


def _unaccented(name: str) -> str:
    return "".join(letter for letter in normalize("NFD", name) if not combining(letter))


def _number(text: str) -> date | None:
    """The day in ISO 8601, with hyphens or without, or so many seconds since 1970."""
    if (iso := _ISO.fullmatch(text)) and (day := _checked(*map(int, iso.group(1, 3, 4)))):
        return day
    epoch = _EPOCH.fullmatch(text)
    if not epoch:
        return None
    seconds = int(epoch[1]) // 10 ** (max(len(epoch[1]) - 8, 0) // 3 * 3)
    day = date(1970, 1, 1) + timedelta(days=min(seconds // 86_400, 50_000))
    return day if 1990 <= day.year <= 2100 else None


def _read(text: str, short: bool) -> date | None:
    """The day that a text names and says nothing else; years of two digits if `short`."""
    if east := _EAST.search(text := _plain_digits(text)):
        return _eastern(text, east)
    bare, has_clock = _without_clock(text)
    tokens = [token for token in _TOKEN.findall(bare.casefold()) if not token.isspace()]
    numbers = [token for token in tokens if token.isdecimal()]
    words = [token for token in tokens if token[0].isalpha() and token not in JOINING]
    if not all(t in _BETWEEN or t[0].isalnum() for t in tokens):
        return None
    months = _months(words)
    if months is None:
        return None
    weekday = next((_ENGLISH_DAYS.index(w[:3]) for w in words if w[:3] in _ENGLISH_DAYS), None)
    if months:
        sure = has_clock or len(words) > 1 or "-" in tokens
        return _by_month(numbers, months[0], short=short and sure and _is_day_first(tokens))
    return _by_numbers(numbers, _separator(tokens), weekday, short)


def _without_clock(text: str) -> tuple[str, bool]:
    """The text without the time of day and its zone, and whether there was one."""
    text = _PLACE.sub(" ", text)
    text = _ASIDE.sub(" ", text if text.isascii() else _EAST_CLOCK.sub(" ", text))
    bare = _DOTTED_CLOCK.sub(" ", _CLOCK.sub(" ", text))
    return _ZONE.sub(" ", bare), bool(_CLOCK.search(text))


def _months(words: list[str]) -> list[int] | None:
    """The number of the month among words, if any; None where they say something else."""
    named = [word for word in words if _month(word)]
    if len(named) > 1:  # "mar, 02 oct": the Spanish Tuesday
        named = [word for word in named if word not in WEEKDAYS]
    others = [word for word in words if not _month(word) and word not in WEEKDAYS]
    return None if others or len(named) > 1 else [*filter(None, map(_month, named))]


def _month(word: str) -> int | None:
    """The number of a month by its name, or by how its name begins in every language."""
    if word in MONTHS or word in WEEKDAYS or len(word) < 3:
        return MONTHS.get(word)
    begun = {number for name, number in MONTHS.items() if name.startswith(word)}
    return begun.pop() if len(begun) == 1 else None


def _is_day_first(tokens: list[str]) -> bool:
    """Whether the month is between two numbers, as in "24 Oct 24"."""
    first = next((n for n, token in enumerate(tokens) if token.isdecimal()), 0)
    return not tokens[-1].isalpha() and any(map(_month, tokens[first:]))


def _by_month(numbers: list[str], month: int, short: bool) -> date | None:
    if len(numbers) != 2:
        return None
    day, year = sorted(numbers, key=len)
    if len(year) == 4 and len(day) <= 2:
        return _checked(int(year), month, int(day))
    day, year = numbers
    return _checked(_century(year), month, int(day)) if short and len(year) == 2 else None


def _by_numbers(
    numbers: list[str], separator: str, weekday: int | None, short: bool
) -> date | None:
    """The one day that three numbers can mean."""
    if len(numbers) != 3 or any(len(number) > 4 for number in numbers):
        return None
    one, two, three = map(int, numbers)
    if len(numbers[0]) == 4:
        return _checked(one, two, three)
    if len(numbers[2]) == 4:
        dotted = _checked(three, two, one) if separator == "." else None
        days = {dotted} if dotted else {_checked(three, two, one), _checked(three, one, two)}
    elif short and len(numbers[0]) == len(numbers[2]) == 2:
        days = {
            _checked(_century(numbers[2]), two, one),
            _checked(_century(numbers[2]), one, two) if separator == "/" else None,
            _checked(_century(numbers[0]), two, three),
        }
    else:
        return None
    days.discard(None)
    if len(days) > 1 and weekday is not None:
        days = {day for day in days if day and day.weekday() == weekday}
    return days.pop() if len(days) == 1 else None


def _separator(tokens: list[str]) -> str:
    """What follows the first number."""
    first = next((n for n, token in enumerate(tokens) if token.isdecimal()), len(tokens))
    return tokens[first + 1] if first + 1 < len(tokens) else ""


def _century(year: str) -> int:
    return int(year) + (2000 if int(year) <= 68 else 1900)


def _eastern(text: str, found: re.Match[str]) -> date | None:
    era, year, month, day = found.groups()
    rest = _EAST_WEEKDAY.sub("", text[: found.start()] + text[found.end() :])
    rest, _ = _without_clock(rest)
    if re.search(r"\w", rest) or (era is None) != (len(year) == 4):
        return None
    return _checked(int(year) + _ERAS.get(era or "", 0), int(month), int(day))


def _plain_digits(text: str) -> str:
    """Chinese numbers before 年, 月 and 日 as digits."""
    return text if text.isascii() else _HAN_NUMBER.sub(_digits, text)


def _digits(match: re.Match[str]) -> str:
    written = match.group()
    tens, ten, ones = written.translate(_HAN_DIGITS).partition("十")
    return f"{tens or 1}{ones or 0}" if ten else tens


def _parts(found: re.Match[str]) -> tuple[int, int, int] | None:
    year, _, month, day, short_month, short_day = found.groups()
    if month is None:
        return int(year), int(short_month), int(short_day)
    number = int(month) if month.isdecimal() else MONTHS.get(month.lower())
    return (int(year), number, int(day)) if number else None


def _checked(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if 1800 <= year <= 2200 else None
    except ValueError:
        return None
