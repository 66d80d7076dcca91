"""`dateline eval`: what to type to measure Dateline. It knows no metric itself."""

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.answer import Answer
from bot.cli import Articles, AsJson, AsOf, StoreDirectory, note
from bot.compose import answerer, open_store
from bot.config import Config, load_config
from bot.render import console, one_line
from evals.check import Finding, check
from evals.draft import proposals
from evals.gold import Gold, load_gold
from evals.review import Review, seen
from evals.runner import finished, run
from index.errors import UsageError

app = typer.Typer(
    help="Measure Dateline against gold questions.", rich_markup_mode=None, add_completion=False
)

GoldFile = Annotated[
    Path, typer.Argument(metavar="GOLD", help="Gold questions, one JSON object a line.")
]


@app.callback()
def evaluate() -> None:
    """Measure Dateline against gold questions."""


@app.command("run")
def run_gold(
    gold_file: GoldFile,
    *,
    out: Annotated[Path, typer.Option("--out", metavar="RUN.jsonl", help="Where the answers go.")],
    articles: Articles = None,
    store: StoreDirectory = None,
    as_of: AsOf = None,
) -> None:
    """Answer every gold question and write the answers down; taken up where it stopped."""
    config = load_config({"articles": articles, "store": store, "as_of": as_of})
    gold = load_gold(gold_file)
    before = finished(out, gold)
    if before:
        note(f"{before} of {len(gold)} questions are answered already; going on")
    asyncio.run(_run(config, gold, out, before))
    note(f"{len(gold)} answers in {out}")


async def _run(config: Config, gold: list[Gold], out: Path, before: int) -> None:
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    console = Console(stderr=True)
    async with answerer(config, note, lambda _: None) as ready:
        with Progress(
            *columns, TimeRemainingColumn(), console=console, disable=not sys.stderr.isatty()
        ) as progress:
            task = progress.add_task("questions", total=len(gold), completed=before)

            def tell(_: Gold, __: Answer) -> None:
                progress.advance(task)

            await run(gold[before:], ready, out, config.today, tell)


@app.command("check")
def check_gold(
    gold_file: GoldFile,
    *,
    articles: Articles = None,
    store: StoreDirectory = None,
    as_json: AsJson = False,
) -> None:
    """Find what is wrong with gold questions; exit status 1 when there are errors."""
    config = load_config({"articles": articles, "store": store})
    with open_store(config, note, lambda _: None) as opened:
        checked = check(gold_file, opened)
    found = {level: checked.count(level) for level in ("error", "warning")}
    if as_json:
        counts = {"kinds": checked.kinds, "errors": found["error"], "warnings": found["warning"]}
        typer.echo(json.dumps(counts | {"findings": [asdict(f) for f in checked.findings]}))
    else:
        _print_findings(checked.findings)
        kinds = ", ".join(f"{number:,} {kind}" for kind, number in checked.kinds.items())
        said = ", ".join(f"{number:,} {level}s" for level, number in found.items())
        typer.echo(f"{said}; {kinds or 'no questions'}")
    raise typer.Exit(1 if found["error"] else 0)


@app.command("draft")
def draft_gold(
    *,
    out: Annotated[
        Path, typer.Option("--out", metavar="GOLD.jsonl", help="Where accepted questions go.")
    ] = Path("gold.jsonl"),
    count: Annotated[int, typer.Option("--count", min=1, help="How many at most.")] = 20,
    articles: Articles = None,
    store: StoreDirectory = None,
    as_json: AsJson = False,
) -> None:
    """Propose gold questions about the articles, to accept, mend or skip."""
    if not as_json and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("draft asks about each question, in a terminal; --json prints them all")
    config = load_config({"articles": articles, "store": store})
    with open_store(config, note, lambda _: None) as opened:
        found = {row.source: opened.article(row.source) for row in opened.catalogue()}
    texts = {source: article for source, article in found.items() if article}
    proposed = list(islice(proposals(list(texts.values()), seen(out)), count))
    if not proposed:
        raise UsageError(
            "nothing is left to propose from these articles; add more, or another --out"
        )
    if as_json:
        for proposal in proposed:
            typer.echo(json.dumps(proposal.as_gold()))
        return
    review = Review(out, lambda source: texts[source].text, console(sys.stdout))
    note(f"accepted into {out}: {review.run(proposed)} of {len(proposed)}")


def _print_findings(findings: Sequence[Finding]) -> None:
    width = min(24, max((len(f.id or "") for f in findings), default=0))
    for f in findings:
        typer.echo(f"{f.level:8}{f.line:>6}  {one_line(f.id or ''):{width}}  {one_line(f.reason)}")
