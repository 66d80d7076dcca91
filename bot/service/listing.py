"""Which articles of a collection a list should hold."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.storage.records import CatalogueRow
    from index.store import Store


class State(StrEnum):
    """What an article may be to the answers."""

    CURRENT = "current"
    SIMILAR = "similar"
    DUPLICATE = "duplicate"
    SUPERSEDED = "superseded"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which articles to list: those of which all holds that is not None."""

    state: State | None = None
    since: date | None = None
    until: date | None = None
    match: str | None = None

    def __contains__(self, row: "CatalogueRow") -> bool:
        """Whether an article is to be listed; one without a day is of no period."""
        if self.state and row.state != self.state:
            return False
        if (self.since or self.until) and row.published is None:
            return False
        day = row.published or date.min
        if not (self.since or date.min) <= day <= (self.until or date.max):
            return False
        shown = f"{row.title}\n{row.source}\n{row.url or ''}".casefold()
        return self.match is None or self.match.casefold() in shown


def wanted_rows(store: "Store", wanted: Wanted) -> Iterator["CatalogueRow"]:
    """The articles that are wanted, by source."""
    return (row for row in rows_of(store, wanted.state) if row in wanted)


def why_missing(
    store: "Store",
    source: str,
    elsewhere: str,
    most: float = math.inf,
    longest: int | None = None,
) -> str:
    """Why no article of this source can be shown, and what to do.

    `elsewhere` says where all sources are listed. Sources like it are sought among fewer than
    `most`, which takes milliseconds for a thousand; `longest` is how much of it is repeated.
    """
    from difflib import get_close_matches  # noqa: PLC0415  (`--help` needs none)

    rows = {row.source: row for row in store.catalogue()}
    if source in rows:
        return f"{source} is superseded by {rows[source].of}; show that"
    near = get_close_matches(source, rows, n=3, cutoff=0.4) if len(rows) < most else []
    hint = f"did you mean {' or '.join(near)}?" if near else elsewhere
    return f"there is no article {source[:longest]!r}; {hint}"


def rows_of(store: "Store", state: State | None) -> Iterator["CatalogueRow"]:
    """Every article, or every file that could not be read where those are meant."""
    from index.storage.records import CatalogueRow  # noqa: PLC0415  (`--help` needs none)

    if state != State.UNREADABLE:
        return store.catalogue()
    return (
        CatalogueRow(p.source, p.reason, None, None, 0, 0, State.UNREADABLE)
        for p in store.problems()
        if not p.doubtful
    )
