"""`dateline articles`: which collections there are, and which one answers."""

import sys
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.completion import complete_collections
from bot.cli.opening import settings
from bot.cli.options import AsJson, StoreDirectory, name_of
from bot.cli.output import count, note, print_all, print_json
from index.errors import UsageError

# ruff: noqa: PLC0415
if TYPE_CHECKING:
    from bot.cli.render import Block
    from bot.collection import Collection
    from bot.config import Config

HEADINGS = ["", "name", "articles", "published", "size", "from"]

app = typer.Typer(name="articles", help="List, name, switch and forget collections of articles.")


Named = Annotated[
    str,
    typer.Argument(
        metavar="COLLECTION",
        callback=name_of,
        autocompletion=complete_collections,
        help="Its name in the list, or its folder.",
    ),
]


@app.callback(invoke_without_command=True)
def articles(
    context: typer.Context, *, store: StoreDirectory = None, as_json: AsJson = False
) -> None:
    """List, name, switch and forget collections of articles."""
    if context.invoked_subcommand is None:
        list_collections(store=store, as_json=as_json)


@app.command("list")
def list_collections(*, store: StoreDirectory = None, as_json: AsJson = False) -> None:
    """List the collections; * marks the one that answers."""
    from bot.collection import collections

    found = collections(settings(None, store, None))
    if as_json:
        print_json([_as_json(each) for each in found])
        return
    print_all(_blocks(found))


@app.command()
def use(collection: Named, *, store: StoreDirectory = None) -> None:
    """Answer from this collection from now on."""
    from bot.collection import collection_named, use

    config = settings(None, store, None)
    chosen = collection_named(config, collection)
    use(config, chosen)
    typer.echo(f"questions are now answered from {_described(chosen)}")
    _warn(config, chosen)


@app.command()
def name(
    collection: Named,
    new: Annotated[str, typer.Argument(metavar="NAME", callback=name_of, help="Its new name.")],
    *,
    store: StoreDirectory = None,
) -> None:
    """Give a collection a name."""
    from bot.collection import collection_named, rename

    config = settings(None, store, None)
    chosen = collection_named(config, collection)
    rename(config, chosen, new)
    typer.echo(f"{chosen.name} is now called {new}")


@app.command()
def forget(
    collection: Named,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before.")] = False,
    store: StoreDirectory = None,
) -> None:
    """Delete the index of a collection; its files stay."""
    from bot.collection import collection_named, fetched_for, forget

    config = settings(None, store, None)
    chosen = collection_named(config, collection)
    if chosen.indexed is None:
        raise UsageError(f"{chosen.name} is not indexed; there is nothing to forget")
    if not yes:
        _confirm(chosen, fetched_for(config, chosen))
    forget(config, chosen)
    freed = f"{chosen.name} forgotten: {_size(chosen.bytes)} freed"
    typer.echo(f"{freed}; {_after(chosen)}" if chosen.answers else freed)


def _after(chosen: "Collection") -> str:
    from bot.collection import SHIPPED

    if chosen.name == SHIPPED:
        return "the next question indexes them again"
    return "questions are now answered from shipped"


def _confirm(chosen: "Collection", fetched: "list[str]") -> None:
    """Say what would be deleted, and go on only where a person agrees."""
    held = f"the index of {_described(chosen)}, {_size(chosen.bytes)} in {chosen.directory}"
    more = f", and what was fetched from {_listed(fetched)}" if fetched else ""
    note(f"this deletes {held}{more}; files outside the store stay")
    if not sys.stdin.isatty():
        raise UsageError("nobody is here to agree; give --yes")
    if not typer.confirm(f"forget {chosen.name}?", err=True):
        raise typer.Exit(1)


def _warn(config: "Config", chosen: "Collection") -> None:
    if config.articles:
        note(f"DATELINE_ARTICLES goes first, and names {_listed(config.articles)}; unset it")
    for path in chosen.missing:
        note(f"{path} is not there; what was indexed of it answers")


def _described(chosen: "Collection") -> str:
    held = count(chosen.outline.articles, "article") if chosen.indexed else "not indexed yet"
    where = f" from {_listed(chosen.roots)}" if chosen.roots else ""
    return f"{chosen.name} ({held}{where})"


def _listed(roots: Any) -> str:
    return ", ".join(map(str, roots))


def _as_json(each: "Collection") -> dict[str, Any]:
    return {
        "name": each.name,
        "answers": each.answers,
        "roots": [str(root) for root in each.roots],
        "articles": each.outline.articles,
        "passages": each.outline.passages,
        "oldest": each.outline.oldest,
        "newest": each.outline.newest,
        "indexed": each.indexed and each.indexed.isoformat(timespec="seconds"),
        "bytes": each.bytes,
        "directory": str(each.directory),
    }


def _blocks(found: list["Collection"]) -> Iterator["Block"]:
    """One collection a line, in columns for a person and between tabs for a program."""
    from rich.text import Text

    from bot.cli.render import Block, column, one_line

    rows = [[one_line(cell) for cell in _cells(each)] for each in found]
    if not sys.stdout.isatty():
        for row in rows:
            yield Block(Text("\t".join(row)))
        return
    rows = [HEADINGS, *rows]
    widths = [max(len(row[n]) for row in rows) for n in range(len(HEADINGS) - 1)]
    styles = ["dim", *("bold" if each.answers else "" for each in found)]
    for row, style in zip(rows, styles, strict=True):
        cells = [column(cell, width) for cell, width in zip(row, widths, strict=False)]
        yield Block(Text("  ".join([*cells, row[-1]]), style))


def _cells(each: "Collection") -> list[str]:
    """The mark of the one that answers, then name, articles, days, size, and where they are."""
    where = _listed(each.roots) or "(where they are is not known)"
    gone = " (not there)" if each.missing else ""
    mark = "*" if each.answers else ""
    if each.indexed is None:
        return [mark, each.name, "not indexed yet", "", "", where + gone]
    days = _days(each.outline.oldest, each.outline.newest)
    held = f"{each.outline.articles:,}"
    return [mark, each.name, held, days, _size(each.bytes), where + gone]


def _days(oldest: date | None, newest: date | None) -> str:
    days = dict.fromkeys(day.isoformat() for day in (oldest, newest) if day)
    return " to ".join(days) or "no dates"


def _size(number: int) -> str:
    for unit in ("bytes", "kB", "MB"):
        if number < 1000:
            return f"{number:.0f} {unit}"
        number = round(number / 1000)
    return f"{number:.0f} GB"
