"""Many people asking at once: one store and one model for all of them.

    python -m evals.bench.crowd < JSON

Run by `evals.bench` in a process of its own; prints the figures as JSON.
"""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from bot import compose
from bot.answerer import Answerer
from evals.bench.peers import Corpus
from evals.bench.step import WARM_UP, run


class Crowd(NamedTuple):
    """Seconds for the same questions one at a time and all at once, and each one's wait then."""

    alone: float
    together: float
    waits: tuple[float, ...]


def crowd(corpus: Corpus, questions: Sequence[str]) -> Crowd:
    """Ask them in a new process."""
    row = run("evals.bench.crowd", [], corpus.as_json() | {"questions": [*questions]})
    return Crowd(row["alone"], row["together"], tuple(row["waits"]))


async def _ask(answerer: Answerer, questions: Sequence[str], today: date | None) -> Crowd:
    async def waited(question: str) -> float:
        started = time.perf_counter()
        await answerer.ask(question, (), today)
        return time.perf_counter() - started

    for question in questions[:WARM_UP]:
        await waited(question)
    alone = sum([await waited(question) for question in questions])
    started = time.perf_counter()
    waits = await asyncio.gather(*map(waited, questions))
    return Crowd(alone, time.perf_counter() - started, tuple(waits))


def main() -> None:
    """Ask, and print the figures as JSON."""
    asked = json.load(sys.stdin)
    corpus = Corpus.from_json(asked)
    with compose.open_collection(corpus.config) as store:
        answerer = compose.answerer_on(store, corpus.config)
        print(json.dumps(asyncio.run(_ask(answerer, asked["questions"], corpus.today))._asdict()))


if __name__ == "__main__":
    main()
