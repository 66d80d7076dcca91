"""What the text of a setting means.

Each function reads one form, and raises ValueError where the text has another.
"""

import json
import math
import os
import re
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from index.paths import READER, Root, is_fetched


class Shards(NamedTuple):
    """Some of the `total` connections that Discord's servers are spread over, by number."""

    ids: range
    total: int

    def has(self, server: int | None) -> bool:
        """Whether one of them hears a server, or for None direct messages; by Discord's rule."""
        return ((server or 0) >> 22) % self.total in self.ids


def roots(value: str | Iterable[Root]) -> tuple[Root, ...]:
    """Paths and addresses, separated as the system's paths are."""
    parts = _ROOT.findall(value) if isinstance(value, str) else map(str, value)
    return tuple(root(part) for part in parts if part.strip())


def root(text: str) -> Root:
    """A path, or an address as it is."""
    return text.strip() if is_fetched(text.strip()) else Path(text).expanduser()


def yes_or_no(value: str | bool) -> bool:
    """1 or 0, yes or no, true or false."""
    return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[
        str(value).strip().lower()
    ]


def path(value: str | Path) -> Path:
    """A path; `~` is the user's home."""
    return Path(value).expanduser()


def share(value: str | float) -> float:
    """A number from 0 to 1."""
    share = float(value)
    if not 0 <= share <= 1:  # also refuses nan
        raise ValueError
    return share


def day(value: str | date) -> date:
    """A day written YYYY-MM-DD."""
    if isinstance(value, date):
        return value
    day = date.fromisoformat(value)
    if day.isoformat() != value:  # it also reads weeks, and digits without dashes
        raise ValueError
    if day.year not in YEARS:
        raise ValueError
    return day


def json_object(value: str | Mapping[str, Any]) -> dict[str, Any]:
    """A JSON object."""
    options = json.loads(value) if isinstance(value, str) else dict(value)
    if not isinstance(options, dict):
        raise ValueError
    return options


def positive(value: str | float) -> float:
    """A number above 0."""
    number = float(value)
    if not 0 < number < math.inf:  # also refuses nan
        raise ValueError
    return number


def tokens(value: str | int) -> int:
    """How many tokens a model holds."""
    tokens = int(value)
    if tokens < SMALLEST_WINDOW:
        raise ValueError
    return tokens


def thinking(value: str | int) -> int:
    """How many tokens a model may think; 0 for none."""
    tokens = int(value)
    if tokens < 0:
        raise ValueError
    return tokens


def price(value: str) -> tuple[float, float]:
    """Dollars for a million tokens read and written: "0.40/1.60"."""
    prompt, completion = (float(part) for part in value.split("/"))
    if not (0 <= prompt < math.inf and 0 <= completion < math.inf):
        raise ValueError
    return prompt, completion


def workers(value: str | int) -> int:
    """How many processes answer."""
    workers = int(value)
    if workers not in MOST_WORKERS:
        raise ValueError
    return workers


def port(value: str | int) -> int:
    """A port's number."""
    port = int(value)
    if port not in range(1, 65536):
        raise ValueError
    return port


def token(value: str) -> str:
    """A token that an HTTP header can carry."""
    if not re.fullmatch(r"[\w.~+/=-]{16,}", value.strip(), re.ASCII):  # as headers carry it
        raise ValueError
    return value.strip()


def count(value: str | int) -> int:
    """A whole number from 1 up."""
    count = int(value)
    if count < 1:
        raise ValueError
    return count


def level(value: str) -> str:
    """How much is logged."""
    if value.lower() not in LEVELS:
        raise ValueError
    return value.lower()


def url(value: str, schemes: tuple[str, ...] = ("http", "https")) -> str:
    """An address with one of these schemes, without a slash at its end."""
    parts = urlsplit(value)
    if parts.scheme not in schemes or not parts.hostname:
        raise ValueError
    return value.rstrip("/")


def host_and_port(value: str) -> str:
    """HOST:PORT."""
    parts = urlsplit(f"//{value}")
    if not parts.hostname or not parts.port or parts.netloc != value:
        raise ValueError
    return value


def socket_url(value: str) -> str:
    """The address of a WebSocket."""
    return url(value, ("ws", "wss"))


def shards(value: str) -> Shards:
    """Which connections to Discord this process opens: "0-1/4"."""
    found = re.fullmatch(r"(\d{1,6})(?:-(\d{1,6}))?/(\d{1,6})", value.strip())
    if not found:
        raise ValueError
    first, last, total = int(found[1]), int(found[2] or found[1]), int(found[3])
    if not first <= last < total:
        raise ValueError
    return Shards(range(first, last + 1), total)


def database_url(value: str) -> str:
    """The address of a PostgreSQL server."""
    if urlsplit(value.strip()).scheme not in ("postgresql", "postgres"):
        raise ValueError
    return value.strip()


_SEPARATOR = re.escape(os.pathsep)
_ROOT = re.compile(  # the colons of an address or a reader separate nothing
    rf"\s*{READER}[^{_SEPARATOR}]*|"
    rf"https?://(?:\[[^\]]*\])?[^/{_SEPARATOR}]*(?::\d+)?[^{_SEPARATOR}]*|[^{_SEPARATOR}]+",
    re.I,
)
SMALLEST_WINDOW = 2048
"""Tokens; in fewer, no passages fit beside a question and its answer."""
MOST_WORKERS = range(1, 65)
LEVELS = ("debug", "info", "warning", "error")
"""How much is logged, from all to little."""
YEARS = range(1800, 2201)
"""In which today may lie; an article's day is read in the same ones."""
