"""Discord's markup: links behind words, days in each reader's language, small numbers.

What is passed in comes from articles and models: nothing of it is markup afterwards.
"""

import re
from datetime import UTC, date, datetime, time

from bot.discord.pagination import escaped, length
from index.paths import host_of

LINK_LIMIT = 512
"""Characters of an address that a link button takes; longer ones are not linked in a text."""
TITLE = 120
"""Characters of a title that a line shows."""

_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_BRACKETS = str.maketrans("[]", "()")
_ENDS_LINK = str.maketrans({"(": "%28", ")": "%29", "\\": "%5C", "`": "%60"})
_UNUSUAL = re.compile(
    r"[\s<>\x00-\x1f\x7f-\x9f\ud800-\udfff\u200b-\u200f\u202a-\u202e\u2066-\u2069]"
)


def one_line(text: str) -> str:
    """The text in one line, as plain words."""
    return escaped(" ".join(text.split()))


def shortened(text: str, limit: int) -> str:
    """The text in one line of at most so many characters."""
    line = " ".join(text.split())
    while length(line) > limit:
        line = f"{line[: min(limit, len(line) - 1) - 1].rstrip()}…"
    return line


def aside(text: str) -> str:
    """A line in small print."""
    return f"-# {one_line(text)}"


def quotation(text: str) -> str:
    """A line that is marked as quoted."""
    return f"> {one_line(text)}"


def web_address(url: str | None) -> str | None:
    """The address as a link may hold it; None where it is none that a browser opens."""
    url = url or ""
    if not url.startswith(("https://", "http://")) or _UNUSUAL.search(url):
        return None
    clean = url.translate(_ENDS_LINK)
    return clean if host_of(clean) and length(clean) <= LINK_LIMIT else None


def link(text: str, url: str | None) -> str:
    """The text as a link, or as it is where there is no address to follow.

    Discord shows no link whose words look like an address, or hold brackets that do not match.
    """
    if not url:
        return one_line(text)
    words = " ".join(text.translate(_BRACKETS).split()).replace("://", ":\u200b//")
    return f"[{escaped(words)}](<{url}>)"


def day_stamp(day: date) -> str:
    """A day, which each reader sees in their own language.

    Noon, since it is the same day in nearly all time zones then.
    """
    return f"<t:{int(datetime.combine(day, time(12), UTC).timestamp())}:D>"


def superscript(number: int) -> str:
    """A small raised number."""
    return str(number).translate(_SUPERSCRIPTS)
