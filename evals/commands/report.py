"""`dateline eval report`."""

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import Articles
from bot.cli.output import note
from evals.arguments import gold_of, named_articles, need, warn_if_incomplete
from evals.gold.format import load_gold

# ruff: noqa: PLC0415
if TYPE_CHECKING:
    pass


def report_runs(
    run_files: Annotated[
        list[Path],
        typer.Argument(
            metavar="RUN...", help="Runs of the same gold; the last is looked at closely."
        ),
    ],
    *,
    out: Annotated[Path, typer.Option("--out", metavar="REPORT.html", help="Where the page goes.")],
    gold_file: Annotated[
        Path | None,
        typer.Option(
            "--gold", metavar="GOLD", help="Default: the gold the last run was made with."
        ),
    ] = None,
    worst: Annotated[
        int, typer.Option("--worst", min=1, help="Questions to show, the worst first.")
    ] = 100,
    articles: Articles = None,
) -> None:
    """Write one page about runs: their figures, plots, and the worst questions of the last.

    Quotes are shown in --articles, or else in the articles that the runs were made from.
    """
    need("ir_measures", "jinja2", "matplotlib")
    from evals.figures.compare import compare
    from evals.figures.score import score
    from evals.figures.texts import article_texts
    from evals.report.page import check_out, page, write_page
    from evals.run.runs import load_run

    check_out(out)
    gold_file = (gold_file or gold_of(run_files[-1], "name it with --gold")).resolve()
    gold = load_gold(gold_file)
    runs = [load_run(path, gold) for path in run_files]
    for run in runs:
        warn_if_incomplete(run)
    named = named_articles(articles)
    with ExitStack() as open_stores:
        texts = [open_stores.enter_context(article_texts(named, run.header)) for run in runs]
        name = f"{gold_file.parent.name}/{gold_file.name}"
        compared = compare(runs[-2], runs[-1], texts[-2], texts[-1]) if len(runs) > 1 else None
        text = page(name, list(map(score, runs, texts)), worst, texts[-1], compared)
    write_page(out, text)
    note(f"{out} is written, {len(text.encode()) / 1e6:.1f} MB; open it in a browser")
