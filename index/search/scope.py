"""The passages of some articles, for a search that is to find no others."""

import json
from collections.abc import Callable
from datetime import date
from threading import Lock
from typing import NamedTuple

from index.storage.manifest import Manifest

_ARTICLES = "SELECT id, source, title, published, url, author FROM articles WHERE state = 'current'"
_PASSAGES = (
    "SELECT id FROM passages WHERE article_id IN (SELECT value FROM json_each(?)) ORDER BY id"
)
_STATE = "SELECT count(*), max(id), sum(id) FROM articles WHERE state = 'current'"


class Facts(NamedTuple):
    """What is known of an article beside its text."""

    source: str
    title: str
    published: date | None
    url: str | None
    author: str | None


class Scope:
    """The passages of the articles that `allows` returns true for.

    They are looked up once for each state of the collection. Safe to share between threads.
    """

    def __init__(self, allows: Callable[[Facts], bool]) -> None:
        self._allows = allows
        self._lock = Lock()
        self._state: object = None
        self._passages: frozenset[int] = frozenset()

    def passages(self, manifest: Manifest) -> frozenset[int]:
        """Return the ids of the passages."""
        state = manifest, *manifest.select(_STATE)
        with self._lock:
            if state != self._state:
                self._passages = self._looked_up(manifest)
                self._state = state
            return self._passages

    def _looked_up(self, manifest: Manifest) -> frozenset[int]:
        rows = manifest.select(_ARTICLES)
        wanted = [row[0] for row in rows if self._allows(_facts(*row[1:]))]
        return frozenset(row[0] for row in manifest.select(_PASSAGES, (json.dumps(wanted),)))


def _facts(source: str, title: str, day: str | None, url: str | None, author: str | None) -> Facts:
    return Facts(source, title, date.fromisoformat(day) if day else None, url, author)
