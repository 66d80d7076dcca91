"""`dateline eval`: what to type to measure Dateline. It knows no metric itself."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.answer import Answer
from bot.cli import Articles, AsOf, StoreDirectory, note
from bot.compose import answerer
from bot.config import Config, load_config
from evals.gold import Gold, load_gold
from evals.runner import finished, run

app = typer.Typer(
    help="Measure Dateline against gold questions.", rich_markup_mode=None, add_completion=False
)


@app.callback()
def evaluate() -> None:
    """Measure Dateline against gold questions."""


@app.command("run")
def run_gold(
    gold_file: Annotated[
        Path, typer.Argument(metavar="GOLD", help="Gold questions, one JSON object a line.")
    ],
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
