"""Ask news articles from Python; every answer quotes the article it came from.

    from dateline import Dateline

    with Dateline("~/news") as news:
        print(news.ask("Who won the election?").text)

`Dateline` and `AsyncDateline` are in `bot/api.py`. This module only finds the packages and
loads a name when it is first used, so that importing it takes no time.
"""

import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.answer import Answer, Citation, Conflict, Draft, LeftOut, Option, Status, Turn
    from bot.api import AsyncDateline, Dateline
    from bot.config import Config, load_config
    from index.article import Passage
    from index.errors import DatelineError

__all__ = [
    "Answer",
    "AsyncDateline",
    "Citation",
    "Config",
    "Conflict",
    "Dateline",
    "DatelineError",
    "Draft",
    "LeftOut",
    "Option",
    "Passage",
    "Status",
    "Turn",
    "load_config",
]

_MODULES = {
    "bot.answer": (
        "Answer",
        "Citation",
        "Conflict",
        "Draft",
        "LeftOut",
        "Option",
        "Status",
        "Turn",
    ),
    "bot.api": ("AsyncDateline", "Dateline"),
    "bot.config": ("Config", "load_config"),
    "index.article": ("Passage",),
    "index.errors": ("DatelineError",),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'dateline' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return __all__


def _find_packages() -> None:
    """Load the packages beside this one, although the caller's folder may have a `bot` too.

    Raises ImportError where another package of that name is loaded already.
    """
    beside = Path(__file__).resolve().parents[1]
    sys.path.insert(0, str(beside))
    try:
        for name in ("bot", "index", "prompts", "seeds", "evals"):
            found = Path(import_module(name).__file__ or "").resolve()
            if found.parents[1] != beside:
                raise ImportError(
                    f"dateline needs its own package {name!r}, but {found} is loaded already; "
                    "import dateline before it"
                )
    finally:
        sys.path.remove(str(beside))


_find_packages()
