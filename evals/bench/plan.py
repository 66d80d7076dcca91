"""What so many articles and questions take, estimated from what was measured at other sizes.

    python -m evals.bench.plan GROWTH ARTICLES… [--questions N] [--tokens N] [--price DOLLARS]

GROWTH is the `growth.json` that `python -m evals.bench.growth` wrote on the kind of machine that
is planned for. Between two sizes, and past the largest, everything is taken to grow in a straight
line. Prints a table with a column for each number of ARTICLES.
"""

import argparse
import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from evals.bench.tables import row
from evals.bench.wanted import share

BUSY = 0.7
"""The share of a processor that questions may take, so that few of them wait for each other."""
TOKENS = 260
"""Tokens that a full passage and its title take with OpenAI's tokenizers."""

Size = Mapping[str, Any]
"""One size of `growth.json`."""
Line = Sequence[tuple[float, float]]
"""What was measured, by passages."""


def main(arguments: Sequence[str]) -> None:
    """Print the plan."""
    options = _parser().parse_args(arguments)
    sizes = json.loads(options.growth.read_text(encoding="utf-8"))
    lines = table(sizes, options.articles, options.questions, options.tokens, options.price)
    sys.stdout.writelines(f"{line}\n" for line in lines)


def table(
    sizes: Sequence[Size], articles: Sequence[int], questions: float, tokens: float, price: float
) -> Iterator[str]:
    """Lines of Markdown; `questions` a second, `price` in dollars for a million tokens."""

    def measured(value: Callable[[Size], float]) -> Callable[[float], float]:
        line = sorted((float(size["passages"]), value(size)) for size in sizes)
        return lambda passages: at(line, passages)

    cpu = measured(lambda s: s["answers"]["cpu"] / s["answers"]["done"])
    rows: dict[str, tuple[Callable[[float], float], str]] = {
        "passages": (lambda n: n, ",.0f"),
        "first indexing, min": (measured(lambda s: s["first"]["seconds"] / 60), ",.1f"),
        "one in a hundred changed, min": (measured(lambda s: s["changed"]["seconds"] / 60), ",.1f"),
        "memory to index, GB": (measured(lambda s: s["first"]["memory"] / 1e9), ",.1f"),
        "memory to answer, GB": (measured(lambda s: s["answers"]["memory"] / 1e9), ",.1f"),
        "disk, GB": (measured(lambda s: s["store"] / 1e9), ",.1f"),
        "an answer, p50 ms": (measured(lambda s: 1000 * share(s["answers"]["each"], 0.5)), ",.0f"),
        f"processors for {questions:g} questions a second": (
            lambda n: math.ceil(questions * cpu(n) / BUSY),
            ",.0f",
        ),
        f"embedding by an API at ${price:g} a million tokens, $": (
            lambda n: n * tokens * price / 1e6,
            ",.2f",
        ),
    }
    largest = max(sizes, key=lambda size: size["passages"])
    each = float(largest["passages"]) / float(largest["articles"])
    yield row("articles", *(f"{number:,}" for number in articles))
    yield row(*["---"] * (len(articles) + 1))
    for name, (value, form) in rows.items():
        yield row(name, *(f"{value(number * each):{form}}" for number in articles))


def at(line: Line, place: float) -> float:
    """The line's value at a place, of the two points beside it or, at its ends, the last two."""
    if len(line) == 1:
        return line[0][1]
    before, after = next((pair for pair in pairwise(line) if place <= pair[1][0]), line[-2:])
    share_of = (place - before[0]) / (after[0] - before[0])
    return max(0.0, before[1] + share_of * (after[1] - before[1]))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals.bench.plan", description=__doc__)
    parser.add_argument("growth", type=Path, metavar="GROWTH")
    parser.add_argument("articles", type=int, nargs="+", metavar="ARTICLES")
    parser.add_argument("--questions", type=float, default=1.0, metavar="N", help="a second")
    parser.add_argument("--tokens", type=float, default=TOKENS, metavar="N", help="a passage")
    parser.add_argument("--price", type=float, default=0.02, metavar="DOLLARS", help="a million")
    return parser


if __name__ == "__main__":
    main(sys.argv[1:])
