"""Everything that can go wrong, as a person should read it.

DatelineError               one line that says what is wrong and what to do
├── UsageError              the request cannot be carried out as written
├── ArticlesError           the articles cannot be read
└── StoreError              the store cannot be read or written
    ├── StoreBusyError      another process is writing to it
    └── VectorsError        its vectors cannot be used; its words and articles can
"""

from contextlib import suppress
from pathlib import Path

DAMAGED = "damaged"


class DatelineError(Exception):
    """One line for a person: what is wrong, and what to do about it."""


class UsageError(DatelineError):
    """The request cannot be carried out as written: an empty question, an unknown source."""


class ArticlesError(DatelineError):
    """The articles cannot be read: the folder is missing, unreadable or holds none."""


class StoreError(DatelineError):
    """The store cannot be read or written: no permission, damaged, from a newer version."""


class StoreBusyError(StoreError):
    """Another process is writing to the store."""


class VectorsError(StoreError):
    """The vectors cannot be used: damaged, or on a server that cannot be reached."""


class ModelError(DatelineError):
    """A language or embedding model gives no reply that can be used."""


class ModelAwayError(ModelError):
    """It cannot be reached, is overloaded, breaks off or takes too long; later it may answer."""


class ModelRefusedError(ModelError):
    """The key, the model's name or a setting is wrong; the same request will fail again."""


class ContextLengthError(ModelError):
    """The model was given more text than it takes."""


class RefusalError(ModelError):
    """The model, or its provider's filter, declines to answer."""


class MalformedReplyError(ModelError):
    """The reply is empty, or not in the form that was asked for."""


def mark_damaged(directory: Path) -> None:
    """Note that the index in `directory` has failed, so that it has to be made again."""
    with suppress(OSError):
        (directory / DAMAGED).touch()


def marked_damaged(directory: Path) -> bool:
    """Whether the index in `directory` has failed."""
    return (directory / DAMAGED).exists()


def how_to_install(extra: str) -> str:
    """Say how to install what an extra of Dateline needs, from its folder."""
    uv = f"uv sync --inexact --no-dev --extra {extra}"
    return f"in Dateline's folder, run {uv}, or pip install '.[{extra}]'"
