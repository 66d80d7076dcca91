"""What `dateline index` prints: what was done to the articles, or would be.

It knows how a report becomes lines and JSON, and nothing of how articles are indexed.
"""

import shlex
from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING

import typer

from bot.cli.output import count, note, print_json, warn_of_problems
from bot.cli.progress import IndexingProgress

# ruff: noqa: PLC0415
if TYPE_CHECKING:
    from pathlib import Path

    from bot.config import Config
    from index.sync.report import SyncReport


def index_once(config: "Config", allow_empty: bool, as_json: bool) -> None:
    """Bring the index up to date, and say what was done."""
    from bot.factory import collection, index_articles

    before = collection(replace(config, articles=()))
    with IndexingProgress() as on_progress:
        report = index_articles(config, on_progress, allow_empty)
    print_report(report, as_json)
    if config.articles and not as_json:
        note(_what_answers(config, before))


def keep_indexed(config: "Config", as_json: bool) -> None:
    """Bring the index up to date whenever articles change, and say what was done each time."""
    import asyncio

    from bot.factory import articles_named
    from bot.watching import watching
    from index.errors import DatelineError

    async def tell() -> None:
        async for outcome in watching(config, lambda _: None):
            if isinstance(outcome, DatelineError):
                note(str(outcome))
            else:
                print_report(outcome, as_json)
            print(end="", flush=True)

    note(f"watching {', '.join(map(str, articles_named(config)))}; Ctrl-C stops it")
    asyncio.run(tell())


def show_preview(config: "Config", allow_empty: bool, as_json: bool) -> None:
    """Say what `index_once` would do: an article a line, and how many of each."""
    from bot.cli.render import one_line
    from bot.factory import preview_index

    report = preview_index(config, allow_empty)
    if as_json:
        print_json(asdict(report))
        return
    for change in fields(report.changes):
        for source in getattr(report.changes, change.name):
            typer.echo(f"{WORDS[change.name]:11}{one_line(source)}")
    _tell(f"would be done: {_summary(report)}", report)


def print_report(report: "SyncReport", as_json: bool) -> None:
    """Say what a sync did, in a line, and on stderr what went less than well."""
    if as_json:
        numbers = asdict(report)
        del numbers["changes"]
        print_json(numbers)
        return
    held = f"{count(report.articles, 'article')} in {count(report.passages, 'passage')}"
    _tell(f"{held}: {_summary(report)} ({report.seconds:.1f} s)", report)


WORDS = {
    "added": "added",
    "changed": "changed",
    "moved": "moved",
    "removed": "removed",
    "duplicates": "duplicate",
    "superseded": "superseded",
}
"""What an article is called that is one of a report's changes."""


def _tell(line: str, report: "SyncReport") -> None:
    typer.echo(line)
    if report.rebuilt:
        note(f"the index had to be made again: {report.rebuilt}")
    for kept in report.kept:
        note(kept)
    warn_of_problems(report.problems)


def _what_answers(config: "Config", before: "Path") -> str:
    """Say which articles later commands answer from, and how to return to those before."""
    from bot.collection import names
    from bot.factory import collection

    called, now = names(config), collection(config)
    said = f"questions are now answered from {called[now]}: {', '.join(map(str, config.articles))}"
    if now == before or before not in called:
        return said
    store = ["--store", str(config.store)] if config.store else []
    back = shlex.join(["dateline", "articles", "use", called[before], *store])
    return f"{said}; `{back}` goes back, `dateline articles` lists all"


def _summary(report: "SyncReport") -> str:
    always = ("added", "changed", "moved", "removed", "unchanged")
    said = [f"{getattr(report, name):,} {name}" for name in always]
    if report.duplicates:
        said.append(count(report.duplicates, "duplicate"))
    if report.superseded:
        said.append(f"{report.superseded:,} superseded")
    doubts = sum(problem.doubtful for problem in report.problems)
    if unread := len(report.problems) - doubts:
        said.append(f"{unread:,} not readable")
    if doubts:
        said.append(f"{doubts:,} to look at")
    return ", ".join(said)
