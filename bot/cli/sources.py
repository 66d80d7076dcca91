"""`dateline sources`: which of the articles to list, and what of those that cannot be read.

It knows nothing of how rows are laid out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING

import typer

from bot.cli.output import note, print_all, print_json, problem_line
from index.errors import UsageError

# ruff: noqa: PLC0415
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


def day_of(written: str | None) -> date | None:
    """The day that an option names."""
    if written is None:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise UsageError(f"{written!r} is no day; write it as 2024-10-24") from None


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
        told = f"{row.title}\n{row.source}\n{row.url or ''}".casefold()
        return self.match is None or self.match.casefold() in told


def list_sources(store: "Store", wanted: Wanted, as_json: bool) -> None:
    """Print the articles that are wanted, by source."""
    import sys

    from bot.cli.render import catalogue_blocks, console

    rows = (row for row in _rows(store, wanted) if row in wanted)
    if as_json:
        print_json([row._asdict() for row in rows])
    elif first := next(rows, None):
        print_all(catalogue_blocks(chain([first], rows), console(sys.stdout)))
    else:
        note("no article is so" if wanted != Wanted() else "there is no article")


def list_problems(store: "Store", as_json: bool) -> None:
    """Print what is not in the index, or is there with doubt, and why."""
    from bot.cli.render import one_line

    found = [*store.problems(), *store.superseded()]
    if as_json:
        print_json(found)
        return
    if not found:
        note("everything was read")
    for problem in found:
        typer.echo(one_line(problem_line(problem)))


def _rows(store: "Store", wanted: Wanted) -> Iterator["CatalogueRow"]:
    from index.storage.records import CatalogueRow

    if wanted.state != State.UNREADABLE:
        return store.catalogue()
    return (
        CatalogueRow(p.source, p.reason, None, None, 0, 0, State.UNREADABLE)
        for p in store.problems()
        if not p.doubtful
    )
