"""A server's or channel's own folder of articles: what is put there, read first, and taken away.

It knows nothing of Discord, and nothing of the index that is made of the folder.
"""

import re
import secrets
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from index.article import Article
from index.readers import Problem
from index.readers.kinds import READERS, read_untrusted, reader_of

LARGEST = 8_000_000
"""Bytes of one file."""
ROOM = 200_000_000
"""Bytes of all files of a server and its channels."""
_WAITING = ".waiting"
"""Where files are until they are accepted; hidden, so that they are not indexed."""
_LONG = 24 * 60 * 60
"""Seconds that a file waits."""
_NAME = 60
_TICKET = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class PendingUpload:
    """A file that was read and waits to be accepted; `ticket` names it.

    `replaces` says whether there is a file of its name already.
    """

    ticket: str
    name: str
    articles: tuple[Article, ...]
    replaces: bool


class RejectedError(Exception):
    """A file cannot be put there; `why` is the key of what the bot says, with `details`."""

    def __init__(self, why: str, **details: object) -> None:
        super().__init__(why)
        self.why = why
        self.details = details


class GuildUploads:
    """The articles of a server or channel, in a folder that need not exist before the first one.

    `server` is the folder of the server that a channel belongs to.
    """

    def __init__(self, folder: Path, server: Path | None = None) -> None:
        self.folder = folder
        self._server = server or folder

    def receive(self, name: str, data: bytes) -> PendingUpload:
        """Read a file, and have it wait to be accepted.

        Raises RejectedError when it is too large, of no kind that is read, or holds no article.
        """
        name = safe_name(name)
        check_file(name, len(data))
        if len(data) + self._size() > ROOM:
            raise RejectedError("add_full", limit=ROOM // 1_000_000)
        self._let_go()
        ticket = secrets.token_hex(8)
        path = self.folder / _WAITING / ticket / name
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
        found = list(read_untrusted(path, name))
        articles = tuple(article for article in found if isinstance(article, Article))
        if not articles:
            self.refuse(ticket)
            reasons = [problem.reason for problem in found if isinstance(problem, Problem)]
            raise RejectedError("add_unread", problem="; ".join(reasons[:1]) or "empty")
        return PendingUpload(ticket, name, articles, (self.folder / name).exists())

    def accept(self, ticket: str) -> str | None:
        """Put a file that waits among the articles: its name. None when it waits no more."""
        waiting = self._waiting(ticket)
        if not waiting:
            return None
        waiting.replace(self.folder / waiting.name)
        self.refuse(ticket)
        return waiting.name

    def refuse(self, ticket: str) -> None:
        """Delete a file that waits."""
        if _TICKET.fullmatch(ticket):
            shutil.rmtree(self.folder / _WAITING / ticket, ignore_errors=True)

    def files(self) -> list[str]:
        """The names of the articles' files, in order."""
        if not self.folder.is_dir():
            return []
        return sorted(p.name for p in self.folder.iterdir() if p.is_file() and p.name[0] != ".")

    def remove(self, name: str) -> bool:
        """Delete an article's file; whether it was there."""
        if name not in self.files():
            return False
        (self.folder / name).unlink(missing_ok=True)
        return True

    def _waiting(self, ticket: str) -> Path | None:
        if not _TICKET.fullmatch(ticket):
            return None
        return next((self.folder / _WAITING / ticket).glob("*"), None)

    def _let_go(self) -> None:
        """Delete what nobody has accepted for long."""
        for path in (self.folder / _WAITING).glob("*"):
            if time.time() - path.stat().st_mtime > _LONG:
                self.refuse(path.name)

    def _size(self) -> int:
        folders = [self._server, *self._server.parent.glob(f"{self._server.name}-*")]
        files = (path for folder in folders for path in folder.rglob("*"))
        return sum(path.stat().st_size for path in files if path.is_file())


def check_file(name: str, size: int) -> None:
    """Raise RejectedError when a file of this name and size need not be looked at."""
    if not reader_of(name):
        raise RejectedError("add_kind", kinds=" ".join(READERS))
    if size > LARGEST:
        raise RejectedError("add_large", limit=LARGEST // 1_000_000)


def safe_name(name: str) -> str:
    """A file's name that leads nowhere else, is not hidden, and keeps its ending."""
    last = re.split(r"[/\\]", name)[-1]
    plain = re.sub(r"[^\w.-]+", "-", last).strip(".-") or "article"
    found = re.search(r"(\.jsonl)?\.\w{1,8}$", plain, re.IGNORECASE)
    ending = found[0] if found else ""
    return plain.removesuffix(ending)[: _NAME - len(ending)] + ending
