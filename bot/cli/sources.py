"""`dateline sources`: which of the articles to list, and what of those that cannot be read."""

from datetime import date
from itertools import chain
from typing import TYPE_CHECKING

import typer

from bot.cli.output import note, print_all, print_json, problem_line
from bot.service.listing import Wanted, wanted_rows
from index.errors import UsageError

# ruff: noqa: PLC0415
if TYPE_CHECKING:
    from index.store import Store


def day_of(written: str | None) -> date | None:
    """The day that an option names."""
    if written is None:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise UsageError(f"{written!r} is no day; write it as 2024-10-24") from None


def list_sources(store: "Store", wanted: Wanted, as_json: bool) -> None:
    """Print the articles that are wanted, by source."""
    import sys

    from bot.cli.render import catalogue_blocks, console

    rows = wanted_rows(store, wanted)
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
