"""What several commands of `dateline eval` are given, and what they say of it."""

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.output import note
from bot.config import load_config
from evals.gold.format import Gold
from index.errors import UsageError, how_to_install

# ruff: noqa: PLC0415
if TYPE_CHECKING:
    from bot.cli.render import Block
    from evals.run.runs import Run


GoldFile = Annotated[
    Path, typer.Argument(metavar="GOLD", help="Gold questions, one JSON object a line.")
]


def need(*modules: str) -> None:
    """Refuse in one line where packages of the extra `eval` are not installed."""
    if missing := _missing(modules):
        raise UsageError(f"{missing}; {how_to_install('eval')}")


def warn_if_missing(*modules: str, purpose: str) -> None:
    """Say before a long command that what comes after it needs packages of the extra `eval`."""
    if missing := _missing(modules):
        note(f"{purpose} will need more: {missing}; {how_to_install('eval')}")


def _missing(modules: Sequence[str]) -> str:
    gone = [name for name in modules if find_spec(name) is None]
    return f"not installed: {', '.join(gone)}" if gone else ""


def named_articles(articles: list[str] | None) -> tuple[Path, ...]:
    """The articles of `--articles`; none where it was not given."""
    from bot.factory import articles_roots

    return articles_roots(load_config({"articles": articles})) if articles else ()


def gold_of(run: Path, otherwise: str) -> Path:
    """The gold file that a run was made with; `otherwise` says what to do where it is unknown."""
    from evals.run.header import read_header

    header = read_header(run)
    if header is None:
        raise UsageError(f"{run} has no header that names its gold; {otherwise}")
    gold = Path(header.gold["file"])
    if not gold.exists():
        raise UsageError(f"{run} was made with {gold}, which is gone; {otherwise}")
    return gold


def warn_if_incomplete(run: "Run") -> None:
    """Tell that a run does not answer all of its gold."""
    if run.unanswered:
        note(
            f"WARNING: {run.path} is not complete: {run.unanswered} gold questions have no answer "
            "in it and are left out of every figure"
        )


def know_sources(gold_file: Path, gold: Sequence[Gold], known: Callable[[str], bool]) -> None:
    """Refuse gold of other articles; of single sources that are not there, tell."""
    sources = {source for g in gold for source in g.sources}
    strange = [source for source in sorted(sources) if not known(source)]
    if sources and len(strange) == len(sources):
        raise UsageError(
            f"{gold_file} is about other articles: none of its {len(sources)} sources is among "
            "these; name its own with --articles"
        )
    if strange:
        note(
            f"{len(strange)} of the {len(sources)} sources of {gold_file} are not among the "
            f"articles, such as {strange[0]}; `dateline eval check` lists them"
        )


def print_found(value: object, blocks: "Iterable[Block]") -> None:
    """The value as JSON where there is one, else the blocks."""
    from bot.cli.render import console, print_blocks

    if value is None:
        print_blocks(console(sys.stdout), blocks)
    else:
        typer.echo(json.dumps(value))
