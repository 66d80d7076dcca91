"""`dateline eval score` and `dateline eval compare`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import Articles, AsJson
from bot.cli.output import note
from evals.arguments import (
    GoldFile,
    gold_of,
    know_sources,
    named_articles,
    need,
    print_found,
    warn_if_incomplete,
)
from evals.figures.names import name_of
from evals.gold.format import load_gold
from index.errors import UsageError

# ruff: noqa: PLC0415
if TYPE_CHECKING:
    pass


All = Annotated[bool, typer.Option("--all", help="Print every figure.")]
WORSE = 5
"""Exit status of `compare` where a metric of --fail-if-worse is worse."""


def score_run(
    run_file: Annotated[Path, typer.Argument(metavar="RUN", help="A run of `dateline eval run`.")],
    gold_file: GoldFile,
    *,
    everything: All = False,
    articles: Articles = None,
    as_json: AsJson = False,
) -> None:
    """Print the main figures of a run, each with a 95 % interval and its number of questions.

    Quotes are held against --articles, or else against the articles the run was made from.
    """
    need("ir_measures")
    from evals.figures.score import score
    from evals.figures.tables import score_blocks
    from evals.figures.texts import article_texts
    from evals.run.header import digest
    from evals.run.runs import load_run

    gold = load_gold(gold_file)
    run = load_run(run_file, gold)
    warn_if_incomplete(run)
    if run.header and run.header.gold["sha256"] != digest(gold_file):
        note(f"{gold_file} has changed since the run was made; it is scored as it is now")
    with article_texts(named_articles(articles), run.header) as texts:
        if texts:
            know_sources(gold_file, gold, lambda source: texts(source) is not None)
        scored = score(run, texts)
    blocks = score_blocks(scored, everything=everything)
    print_found(scored.as_json() if as_json else None, blocks)


def compare_runs(
    a: Annotated[Path, typer.Argument(metavar="A", help="The run to compare with.")],
    b: Annotated[Path, typer.Argument(metavar="B", help="The run to compare.")],
    gold_file: Annotated[
        Path | None,
        typer.Argument(metavar="[GOLD]", help="Default: the gold that A was made with."),
    ] = None,
    *,
    fail_if_worse: Annotated[
        list[str] | None,
        typer.Option(
            "--fail-if-worse",
            metavar="METRIC:DELTA",
            help="End with status 5 when B is worse than A by more than DELTA, whatever the"
            " interval of the difference; may be repeated.",
        ),
    ] = None,
    flips: Annotated[
        int, typer.Option("--flips", min=0, help="Questions that changed sides to show.")
    ] = 10,
    everything: All = False,
    articles: Articles = None,
    as_json: AsJson = False,
) -> None:
    """Print what differs between two runs of the same gold, B less A, and how surely."""
    need("ir_measures")
    from evals.figures.compare import compare, worse
    from evals.figures.tables import comparison_blocks
    from evals.figures.texts import article_texts
    from evals.run.runs import load_run

    limits = [_limit(text) for text in fail_if_worse or ()]
    gold = load_gold(gold_file or gold_of(a, "name GOLD after the two runs"))
    runs = load_run(a, gold), load_run(b, gold)
    for run in runs:
        warn_if_incomplete(run)
    named = named_articles(articles)
    with article_texts(named, runs[0].header) as of_a, article_texts(named, runs[1].header) as of_b:
        compared = compare(*runs, of_a, of_b)
    failed = worse(compared, limits)
    blocks = comparison_blocks(compared, flips, everything=everything)
    print_found(compared.as_json() if as_json else None, blocks)
    for name in failed:
        found = compared.metrics[name]
        note(f"{name_of(name)} ({name}): worse, {found.a:.4f} in {a}, {found.b:.4f} in {b}")
    raise typer.Exit(WORSE if failed else 0)


def _limit(text: str) -> tuple[str, float]:
    metric, _, delta = text.rpartition(":")
    try:
        return metric, float(delta)
    except ValueError:
        raise UsageError(
            f"--fail-if-worse {text}: it takes METRIC:DELTA, such as answer_hit:0.02"
        ) from None
