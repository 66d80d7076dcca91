"""Every setting, read once from flags, the environment and `.env`, in that order of force.

It checks that a value is well formed; whether a folder exists or an embedding is known
is for those who use it to say. It never changes the environment.
"""

import json
import math
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from index.errors import UsageError
from index.paths import READER, Root, is_fetched, is_secret


class Shards(NamedTuple):
    """Some of the `total` connections that Discord's servers are spread over, by number."""

    ids: range
    total: int

    def has(self, server: int | None) -> bool:
        """Whether one of them hears a server, or for None direct messages; by Discord's rule."""
        return ((server or 0) >> 22) % self.total in self.ids


def _roots(value: str | Iterable[Root]) -> tuple[Root, ...]:
    parts = _ROOT.findall(value) if isinstance(value, str) else map(str, value)
    return tuple(_root(part) for part in parts if part.strip())


def _root(text: str) -> Root:
    return text.strip() if is_fetched(text.strip()) else Path(text).expanduser()


def _yes_or_no(value: str | bool) -> bool:
    return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[
        str(value).strip().lower()
    ]


def _path(value: str | Path) -> Path:
    return Path(value).expanduser()


def _share(value: str | float) -> float:
    share = float(value)
    if not 0 <= share <= 1:  # also refuses nan
        raise ValueError
    return share


def _day(value: str | date) -> date:
    if isinstance(value, date):
        return value
    day = date.fromisoformat(value)
    if day.isoformat() != value:  # it also reads weeks, and digits without dashes
        raise ValueError
    if day.year not in YEARS:
        raise ValueError
    return day


def _json_object(value: str | Mapping[str, Any]) -> dict[str, Any]:
    options = json.loads(value) if isinstance(value, str) else dict(value)
    if not isinstance(options, dict):
        raise ValueError
    return options


def _positive(value: str | float) -> float:
    number = float(value)
    if not 0 < number < math.inf:  # also refuses nan
        raise ValueError
    return number


def _tokens(value: str | int) -> int:
    tokens = int(value)
    if tokens < SMALLEST_WINDOW:
        raise ValueError
    return tokens


def _thinking(value: str | int) -> int:
    tokens = int(value)
    if tokens < 0:
        raise ValueError
    return tokens


def _price(value: str) -> tuple[float, float]:
    prompt, completion = (float(part) for part in value.split("/"))
    if not (0 <= prompt < math.inf and 0 <= completion < math.inf):
        raise ValueError
    return prompt, completion


def _workers(value: str | int) -> int:
    workers = int(value)
    if workers not in MOST_WORKERS:
        raise ValueError
    return workers


def _port(value: str | int) -> int:
    port = int(value)
    if port not in range(1, 65536):
        raise ValueError
    return port


def _token(value: str) -> str:
    if not re.fullmatch(r"[\w.~+/=-]{16,}", value.strip(), re.ASCII):  # as headers carry it
        raise ValueError
    return value.strip()


def _count(value: str | int) -> int:
    count = int(value)
    if count < 1:
        raise ValueError
    return count


def _level(value: str) -> str:
    if value.lower() not in LEVELS:
        raise ValueError
    return value.lower()


def _url(value: str, schemes: tuple[str, ...] = ("http", "https")) -> str:
    parts = urlsplit(value)
    if parts.scheme not in schemes or not parts.hostname:
        raise ValueError
    return value.rstrip("/")


def _host_and_port(value: str) -> str:
    parts = urlsplit(f"//{value}")
    if not parts.hostname or not parts.port or parts.netloc != value:
        raise ValueError
    return value


def _socket_url(value: str) -> str:
    return _url(value, ("ws", "wss"))


def _shards(value: str) -> Shards:
    found = re.fullmatch(r"(\d{1,6})(?:-(\d{1,6}))?/(\d{1,6})", value.strip())
    if not found:
        raise ValueError
    first, last, total = int(found[1]), int(found[2] or found[1]), int(found[3])
    if not first <= last < total:
        raise ValueError
    return Shards(range(first, last + 1), total)


def _database_url(value: str) -> str:
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


class _Setting(NamedTuple):
    """How a field of Config is named outside, read and explained."""

    key: str | None
    read: Callable[[Any], Any]
    allowed: str
    secret: bool = False


def _setting(
    key: str | None, read: Callable[[Any], Any], allowed: str, secret: bool = False
) -> dict[str, _Setting]:
    return {"setting": _Setting(key, read, allowed, secret)}


def _options(key: str) -> Any:
    """A field for options of which some may be secret."""
    setting = _setting(key, _json_object, "a JSON object", True)
    return field(default_factory=dict, repr=False, metadata=setting)


@dataclass(frozen=True, slots=True)
class Config:
    """Dateline's settings; `.env.example` lists the same keys with what they do.

    `articles` is empty when none were named: then the store's own articles are used, or
    the shipped ones. Secrets never show in a repr.
    """

    articles: tuple[Root, ...] = field(
        default=(),
        metadata=_setting(
            "DATELINE_ARTICLES", _roots, f"paths or addresses separated by '{os.pathsep}'"
        ),
    )
    reader_options: Mapping[str, Any] = _options("READER_OPTIONS")
    allow_private_addresses: bool = field(
        default=False,
        metadata=_setting("DATELINE_ALLOW_PRIVATE_ADDRESSES", _yes_or_no, "1 or 0"),
    )
    store: Path | None = field(
        default=None, metadata=_setting("DATELINE_STORE", _path, "a directory")
    )
    as_of: date | None = field(
        default=None, metadata=_setting(None, _day, "a date written YYYY-MM-DD, 1800 to 2200")
    )
    embedding: str = field(
        default="static", metadata=_setting("DATELINE_EMBEDDING", str, "an embedding's name")
    )
    reader: str | None = field(
        default=None,
        metadata=_setting("DATELINE_READER", str.strip, "none, a folder or llamaindex:CLASS"),
    )
    reranker_options: Mapping[str, Any] = _options("DATELINE_READER_OPTIONS")
    threshold: float | None = field(
        default=None, metadata=_setting("DATELINE_THRESHOLD", _share, "a number from 0 to 1")
    )
    memory_days: float = field(
        default=30.0,
        metadata=_setting("DATELINE_MEMORY_DAYS", _positive, "a number of days above 0"),
    )
    database_url: str | None = field(
        default=None,
        repr=False,  # a password may stand in it
        metadata=_setting(
            "DATELINE_DATABASE_URL", _database_url, "an address that starts with postgresql", True
        ),
    )
    embedding_options: Mapping[str, Any] = _options("DATELINE_EMBEDDING_OPTIONS")
    chroma_url: str | None = field(
        default=None,
        repr=False,  # a name and password may stand in it
        metadata=_setting("CHROMA_URL", _url, "an address that starts with http", True),
    )
    chroma_token: str | None = field(
        default=None, repr=False, metadata=_setting("CHROMA_TOKEN", str.strip, "a token", True)
    )
    chroma_tenant: str = field(
        default="default_tenant", metadata=_setting("CHROMA_TENANT", str, "a tenant's name")
    )
    chroma_database: str = field(
        default="default_database", metadata=_setting("CHROMA_DATABASE", str, "a database's name")
    )
    ray: str | None = field(
        default=None, metadata=_setting("DATELINE_RAY", _host_and_port, "HOST:PORT")
    )
    chat_model: str | None = field(
        default=None, metadata=_setting("CHAT_MODEL", str, "a language model's name")
    )
    chat_options: Mapping[str, Any] = _options("CHAT_OPTIONS")
    chat_window: int | None = field(
        default=None,
        metadata=_setting("CHAT_WINDOW", _tokens, f"a whole number from {SMALLEST_WINDOW} up"),
    )
    chat_thinking_tokens: int = field(
        default=0,
        metadata=_setting("CHAT_THINKING_TOKENS", _thinking, "a whole number from 0 up"),
    )
    chat_timeout: float = field(
        default=120.0, metadata=_setting("CHAT_TIMEOUT", _positive, "a number of seconds above 0")
    )
    chat_price: tuple[float, float] | None = field(
        default=None,
        metadata=_setting("CHAT_PRICE", _price, "two numbers of dollars, such as 0.40/1.60"),
    )
    judge: str | None = field(
        default=None, metadata=_setting("DATELINE_JUDGE", str, "a language model's name, or none")
    )
    prompts: Path | None = field(
        default=None, metadata=_setting("DATELINE_PROMPTS", _path, "a directory")
    )
    workers: int | None = field(
        default=None,
        metadata=_setting("DATELINE_WORKERS", _workers, "a whole number from 1 to 64"),
    )
    openai_base_url: str | None = field(
        default=None,
        metadata=_setting("OPENAI_BASE_URL", _url, "an address that starts with http"),
    )
    openai_api_key: str | None = field(
        default=None, repr=False, metadata=_setting("OPENAI_API_KEY", str.strip, "a key")
    )
    sync_minutes: float = field(
        default=10.0,
        metadata=_setting("DATELINE_SYNC_MINUTES", _positive, "a number of minutes above 0"),
    )
    metrics_port: int | None = field(
        default=None,
        metadata=_setting("DATELINE_METRICS_PORT", _port, "a number from 1 to 65535"),
    )
    metrics_host: str = field(
        default="127.0.0.1", metadata=_setting("DATELINE_METRICS_HOST", str, "an address to bind")
    )
    host: str = field(
        default="127.0.0.1", metadata=_setting("DATELINE_HOST", str, "an address to bind")
    )
    port: int = field(
        default=8765, metadata=_setting("DATELINE_PORT", _port, "a number from 1 to 65535")
    )
    token: str | None = field(
        default=None,
        repr=False,
        metadata=_setting("DATELINE_TOKEN", _token, "16 or more letters, digits or -._~+/=", True),
    )
    rate_limit: int = field(
        default=60,
        metadata=_setting("DATELINE_RATE_LIMIT", _count, "a whole number from 1 up"),
    )
    log_level: str = field(
        default="info",
        metadata=_setting("DATELINE_LOG_LEVEL", _level, f"one of {', '.join(LEVELS)}"),
    )
    discord_token: str | None = field(
        default=None, repr=False, metadata=_setting("DISCORD_TOKEN", str, "a token")
    )
    discord_shards: Shards | None = field(
        default=None,
        metadata=_setting("DISCORD_SHARDS", _shards, "such as 0-1/4: the first two of four"),
    )
    discord_api: str | None = field(
        default=None,
        metadata=_setting("DISCORD_API", _url, "an address that starts with http"),
    )
    discord_gateway: str | None = field(
        default=None,
        metadata=_setting("DISCORD_GATEWAY", _socket_url, "an address that starts with ws"),
    )

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every key and token among the settings, which nobody is to read anywhere."""
        values = [getattr(self, f.name) for f in fields(self) if not f.repr]
        return tuple(key for value in values for key in _secrets_in(value))

    @property
    def today(self) -> date:
        """The day to take as today."""
        return self.as_of or date.today()


def _secrets_in(value: object, is_named_secret: bool = True) -> list[str]:
    """The secret texts in a value, which are those of options that are called so."""
    if isinstance(value, Mapping):
        return [s for k, v in value.items() for s in _secrets_in(v, is_secret(str(k)))]
    return [value] if isinstance(value, str) and value and is_named_secret else []


def setting_keys() -> dict[str, str]:
    """The environment keys of Config, each with the name of its field."""
    return {s.key: name for name, s in _settings() if s.key}


def load_config(
    flags: Mapping[str, object] = {},
    environ: Mapping[str, str] = os.environ,
    env_file: Path | None = Path(".env"),
) -> Config:
    """Read the settings; an empty value counts as not set.

    `flags` holds fields of Config by name. Raises UsageError naming the flag or key whose
    value is wrong, and what is allowed.
    """
    outside = env_file_values(env_file) | {key: value for key, value in environ.items() if value}
    values: dict[str, Any] = {}
    for name, setting in _settings():
        if flags.get(name) not in (None, "", [], ()):
            values[name] = _read(f"--{name.replace('_', '-')}", flags[name], setting)
        elif setting.key in outside:
            values[name] = _read(setting.key, outside[setting.key], setting)
    return Config(**values)


def _settings() -> list[tuple[str, _Setting]]:
    return [(f.name, f.metadata["setting"]) for f in fields(Config)]


def _read(name: str, value: object, setting: _Setting) -> object:
    try:
        return setting.read(value)
    except (ValueError, KeyError, RuntimeError):  # the latter for ~ and a name that nobody has
        shown = "what it is set to" if setting.secret else repr(value)
        raise UsageError(f"{name}: {shown} will not do; it takes {setting.allowed}") from None


def env_file_values(env_file: Path | None) -> dict[str, str]:
    """What a `.env` file sets; nothing where there is none."""
    if env_file is None or not env_file.is_file():
        return {}
    from dotenv import dotenv_values  # noqa: PLC0415  (only where there is a file to read)

    try:
        values = dotenv_values(env_file, interpolate=False, encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        reason = getattr(problem, "strerror", None) or "it is not UTF-8 text"
        raise UsageError(f"{env_file} cannot be read ({reason}); mend or remove it") from None
    return {key: value for key, value in values.items() if value}
