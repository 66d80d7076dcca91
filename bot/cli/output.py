"""What a command gives back: results on standard output, everything else on standard error."""

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Any

import typer

# ruff: noqa: PLC0415
if TYPE_CHECKING:
    from bot.cli.render import Block
    from index.readers import Problem

PROBLEMS_SHOWN = 10


def print_all(blocks: Iterable["Block"]) -> None:
    """Lay out and print blocks, as wide as the terminal."""
    from bot.cli.render import console, print_blocks

    print_blocks(console(sys.stdout), blocks)


def print_json(value: object) -> None:
    """Print one value as a line of JSON."""
    # Escaped to ASCII, it survives every encoding and no terminal obeys it.
    typer.echo(json.dumps(value, default=_plain))


def _plain(value: Any) -> object:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else str(value)


def note(line: str) -> None:
    """Tell the person one line on stderr."""
    from bot.cli.render import one_line

    typer.echo(f"dateline: {one_line(line)}", err=True)


def count(number: int, thing: str) -> str:
    """So many of a thing, as people write it."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def warn_of_problems(problems: Sequence["Problem"]) -> None:
    """Tell what could not be read, the first few of it."""
    for problem in problems[:PROBLEMS_SHOWN]:
        note(problem_line(problem))
    if len(problems) > PROBLEMS_SHOWN:
        note(f"and {len(problems) - PROBLEMS_SHOWN:,} more; `dateline sources --problems`")


def problem_line(problem: "Problem") -> str:
    """Where it is, and what is wrong."""
    place = f"{problem.source}, line {problem.line}" if problem.line else problem.source
    return f"{place}: {problem.reason}"
