"""Every setting, read once from flags, the environment and `.env`, in that order of force.

It checks that a value is well formed; whether a folder exists or an embedding is known
is for those who use it to say. It never changes the environment.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from bot import setting_values as read
from bot.setting_values import Shards
from index.errors import UsageError
from index.paths import Root, is_secret


class _Setting(NamedTuple):
    """How a field of Config is named outside, read and explained."""

    key: str | None
    read: Callable[[Any], Any]
    allowed: str
    secret: bool = False
    old_key: str | None = None


def _setting(
    key: str | None, read: Callable[[Any], Any], allowed: str, secret: bool = False
) -> dict[str, _Setting]:
    return {"setting": _Setting(key, read, allowed, secret)}


def _options(key: str, old_key: str | None = None) -> Any:
    """A field for options of which some may be secret."""
    setting = _Setting(key, read.json_object, "a JSON object", True, old_key)
    return field(default_factory=dict, repr=False, metadata={"setting": setting})


@dataclass(frozen=True, slots=True)
class Config:
    """Dateline's settings; `.env.example` lists the same keys with what they do.

    `articles` is empty when none were named: then the store's own articles are used, or
    the shipped ones. Secrets never show in a repr.
    """

    articles: tuple[Root, ...] = field(
        default=(),
        metadata=_setting(
            "DATELINE_ARTICLES", read.roots, f"paths or addresses separated by '{os.pathsep}'"
        ),
    )
    reader_options: Mapping[str, Any] = _options(
        "DATELINE_ARTICLES_OPTIONS", old_key="READER_OPTIONS"
    )
    allow_private_addresses: bool = field(
        default=False,
        metadata=_setting("DATELINE_ALLOW_PRIVATE_ADDRESSES", read.yes_or_no, "1 or 0"),
    )
    store: Path | None = field(
        default=None, metadata=_setting("DATELINE_STORE", read.path, "a directory")
    )
    as_of: date | None = field(
        default=None, metadata=_setting(None, read.day, "a date written YYYY-MM-DD, 1800 to 2200")
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
        default=None, metadata=_setting("DATELINE_THRESHOLD", read.share, "a number from 0 to 1")
    )
    memory_days: float = field(
        default=30.0,
        metadata=_setting("DATELINE_MEMORY_DAYS", read.positive, "a number of days above 0"),
    )
    database_url: str | None = field(
        default=None,
        repr=False,  # it may hold a password
        metadata=_setting(
            "DATELINE_DATABASE_URL",
            read.database_url,
            "an address that starts with postgresql",
            True,
        ),
    )
    embedding_options: Mapping[str, Any] = _options("DATELINE_EMBEDDING_OPTIONS")
    chroma_url: str | None = field(
        default=None,
        repr=False,  # it may hold a name and password
        metadata=_setting("CHROMA_URL", read.url, "an address that starts with http", True),
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
        default=None, metadata=_setting("DATELINE_RAY", read.host_and_port, "HOST:PORT")
    )
    chat_model: str | None = field(
        default=None, metadata=_setting("CHAT_MODEL", str, "a language model's name")
    )
    chat_options: Mapping[str, Any] = _options("CHAT_OPTIONS")
    chat_window: int | None = field(
        default=None,
        metadata=_setting(
            "CHAT_WINDOW", read.tokens, f"a whole number from {read.SMALLEST_WINDOW} up"
        ),
    )
    chat_thinking_tokens: int = field(
        default=0,
        metadata=_setting("CHAT_THINKING_TOKENS", read.thinking, "a whole number from 0 up"),
    )
    chat_timeout: float = field(
        default=120.0,
        metadata=_setting("CHAT_TIMEOUT", read.positive, "a number of seconds above 0"),
    )
    chat_price: tuple[float, float] | None = field(
        default=None,
        metadata=_setting("CHAT_PRICE", read.price, "two numbers of dollars, such as 0.40/1.60"),
    )
    judge: str | None = field(
        default=None, metadata=_setting("DATELINE_JUDGE", str, "a language model's name, or none")
    )
    prompts: Path | None = field(
        default=None, metadata=_setting("DATELINE_PROMPTS", read.path, "a directory")
    )
    workers: int | None = field(
        default=None,
        metadata=_setting("DATELINE_WORKERS", read.workers, "a whole number from 1 to 64"),
    )
    openai_base_url: str | None = field(
        default=None,
        metadata=_setting("OPENAI_BASE_URL", read.url, "an address that starts with http"),
    )
    openai_api_key: str | None = field(
        default=None, repr=False, metadata=_setting("OPENAI_API_KEY", str.strip, "a key")
    )
    sync_minutes: float = field(
        default=10.0,
        metadata=_setting("DATELINE_SYNC_MINUTES", read.positive, "a number of minutes above 0"),
    )
    metrics_port: int | None = field(
        default=None,
        metadata=_setting("DATELINE_METRICS_PORT", read.port, "a number from 1 to 65535"),
    )
    metrics_host: str = field(
        default="127.0.0.1", metadata=_setting("DATELINE_METRICS_HOST", str, "an address to bind")
    )
    host: str = field(
        default="127.0.0.1", metadata=_setting("DATELINE_HOST", str, "an address to bind")
    )
    port: int = field(
        default=8765, metadata=_setting("DATELINE_PORT", read.port, "a number from 1 to 65535")
    )
    token: str | None = field(
        default=None,
        repr=False,
        metadata=_setting(
            "DATELINE_TOKEN", read.token, "16 or more letters, digits or -._~+/=", True
        ),
    )
    rate_limit: int = field(
        default=60,
        metadata=_setting("DATELINE_RATE_LIMIT", read.count, "a whole number from 1 up"),
    )
    log_level: str = field(
        default="info",
        metadata=_setting("DATELINE_LOG_LEVEL", read.level, f"one of {', '.join(read.LEVELS)}"),
    )
    discord_token: str | None = field(
        default=None, repr=False, metadata=_setting("DISCORD_TOKEN", str, "a token")
    )
    discord_shards: Shards | None = field(
        default=None,
        metadata=_setting("DISCORD_SHARDS", read.shards, "such as 0-1/4: the first two of four"),
    )
    discord_api: str | None = field(
        default=None,
        metadata=_setting("DISCORD_API", read.url, "an address that starts with http"),
    )
    discord_gateway: str | None = field(
        default=None,
        metadata=_setting("DISCORD_GATEWAY", read.socket_url, "an address that starts with ws"),
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


def renamed_keys() -> dict[str, str]:
    """The environment keys that are still read, each with its new name."""
    return {s.old_key: s.key for _, s in _settings() if s.old_key and s.key}


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
        elif key := next((k for k in (setting.key, setting.old_key) if k in outside), None):
            values[name] = _read(key, outside[key], setting)
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
