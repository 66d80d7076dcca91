"""What a sync did, in numbers and names."""

import time
from dataclasses import dataclass

from index.readers import Problem
from index.storage.manifest import Manifest
from index.sync.plan import Changes
from index.sync.sync import Sync


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did to the articles, or would do, by their sources.

    `duplicates` and `superseded` count those that have become so, `unchanged` those left
    alone. `articles` is how many now answer and `passages` how many they have, `embedded`
    how many of these are new. `problems` is everything that cannot be read, now or when it
    was last looked at; `kept` says in a line each what was not removed, for it would have
    been too much at once. `rebuilt` says why the store, or the indexes derived from it, had
    to be made again. `changes` names the articles.
    """

    articles: int
    added: int
    changed: int
    moved: int
    removed: int
    unchanged: int
    duplicates: int
    superseded: int
    passages: int
    embedded: int
    problems: tuple[Problem, ...]
    kept: tuple[str, ...]
    seconds: float
    rebuilt: str | None
    changes: Changes


def report_of(sync: Sync, manifest: Manifest, started: float, rebuilt: str | None) -> SyncReport:
    """The report of a sync that began at `started`, on the monotonic clock."""
    changes = sync.changes
    articles, passages = manifest.counts()
    new = len(changes.added) + len(changes.changed) + len(changes.moved)
    return SyncReport(
        articles=articles,
        added=len(changes.added),
        changed=len(changes.changed),
        moved=len(changes.moved),
        removed=len(changes.removed),
        unchanged=manifest.sources() - new,
        duplicates=len(changes.duplicates),
        superseded=len(changes.superseded),
        passages=passages,
        embedded=sync.embedded,
        problems=tuple(manifest.problems()),
        kept=tuple(sync.kept),
        seconds=time.monotonic() - started,
        rebuilt=rebuilt,
        changes=changes,
    )
