"""What a process that has others answer says to them, and how it travels.

A message is a pickle after its length in four bytes. Both ends are Dateline's own processes, on
a pair of sockets that nobody else can open.
"""

import logging
import pickle
from asyncio import StreamReader, StreamWriter
from dataclasses import dataclass
from typing import Any

from bot.config import Config
from index.errors import DatelineError
from index.paths import Root

Articles = tuple[Root, ...]
SIZE = 4


@dataclass(frozen=True, slots=True)
class Hello:
    """The first message: the settings, and from which level on to log. The secrets come so."""

    config: Config
    level: int


@dataclass(frozen=True, slots=True)
class Ask:
    """A method of the answerer on these articles; what it gives comes back under the number."""

    number: int
    articles: Articles
    method: str
    arguments: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Cancel:
    """Nobody waits for what was asked under this number."""

    number: int


@dataclass(frozen=True, slots=True)
class Close:
    """Nobody is expected to ask about these articles for a while."""

    articles: Articles


@dataclass(frozen=True, slots=True)
class Ready:
    """What the settings name could be opened, or why not."""

    problem: DatelineError | None = None


@dataclass(frozen=True, slots=True)
class Logged:
    """Something for the log."""

    record: logging.LogRecord


@dataclass(frozen=True, slots=True)
class Given:
    """Something that a method gave."""

    number: int
    value: object


@dataclass(frozen=True, slots=True)
class Ended:
    """A method gave all it had, or raised this."""

    number: int
    problem: DatelineError | None = None


class InsideError(DatelineError):
    """Something that nobody foresaw, with its traceback in the other process."""


async def receive(reader: StreamReader) -> Any:
    """The next message. Raises EOFError when the other process is gone."""
    size = int.from_bytes(await reader.readexactly(SIZE))
    return pickle.loads(await reader.readexactly(size))  # noqa: S301  (see above)


def send(writer: StreamWriter, message: object) -> None:
    """Send a message; it is lost where the other process is gone, which `receive` tells."""
    pickled = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    writer.write(len(pickled).to_bytes(SIZE) + pickled)
