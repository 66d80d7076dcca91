"""`dateline eval check` and `dateline eval draft`."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import Articles, AsJson, StoreDirectory
from bot.cli.output import note
from bot.config import load_config
from evals.arguments import GoldFile
from index.errors import UsageError

# ruff: noqa: PLC0415
if TYPE_CHECKING:
    from evals.gold.check import Finding


def check_gold(
    gold_file: GoldFile,
    *,
    articles: Articles = None,
    store: StoreDirectory = None,
    as_json: AsJson = False,
) -> None:
    """Find what is wrong with gold questions; exit status 1 when there are errors."""
    from bot.factory import open_store
    from evals.gold.check import check

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
    from bot.cli.render import console
    from bot.factory import open_store
    from evals.gold.draft import proposals
    from evals.gold.review import Review, seen
    from evals.gold.rewording import worded

    if not as_json and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("draft asks about each question, in a terminal; --json prints them all")
    config = load_config({"articles": articles, "store": store})
    with open_store(config, note, lambda _: None) as opened:
        found = {row.source: opened.article(row.source) for row in opened.catalogue()}
    texts = {source: article for source, article in found.items() if article}
    proposed = list(islice(proposals(list(texts.values()), seen(out)), count))
    if not proposed:
        raise UsageError("nothing is left to propose; add articles, or choose another --out")
    with worded(config, proposed, texts) as ready:
        if as_json:
            for proposal in ready:
                typer.echo(json.dumps(proposal.as_gold()))
            return
        review = Review(out, lambda source: texts[source].text, console(sys.stdout))
        note(f"accepted into {out}: {review.run(ready)} of {len(proposed)}")


def _print_findings(findings: Sequence["Finding"]) -> None:
    from bot.cli.render import one_line

    width = min(24, max((len(f.id or "") for f in findings), default=0))
    for f in findings:
        typer.echo(f"{f.level:8}{f.line:>6}  {one_line(f.id or ''):{width}}  {one_line(f.reason)}")
