"""Every setting, read once from flags, the environment and `.env`, in that order of force."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from index.errors import UsageError


@dataclass(frozen=True, slots=True)
class Config:
    """Dateline's settings; `.env.example` lists the same keys with what they do.

    `articles` is empty when none were named: then the store's own articles are used, or
    the shipped ones. Secrets never show in a repr.
    """

    articles: tuple[Path, ...] = ()
    store: Path | None = None
    as_of: date | None = None
    embedding: str = "static"
    threshold: float | None = None
    openai_api_key: str | None = field(default=None, repr=False)
    discord_token: str | None = field(default=None, repr=False)
