"""Many people asking at once, answered by as many processes as there are processors.

    python -m evals.bench.crowd < JSON

Run by `evals.bench` in a process of its own; prints the figures as JSON. What they are held
against is the same questions one at a time, answered without other processes, which is quickest.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import NamedTuple

from bot import factory
from bot.answering import Answering
from bot.workers.pool import Pool
from evals.bench.peers import Corpus
from evals.bench.step import run
from index.sync.workers import processors


class Crowd(NamedTuple):
    """Seconds for the same questions, and each one's wait when all are asked at once.

    `alone` is one at a time in the process that asks, `relayed` one at a time by the others, and
    `together` all at once by those.
    """

    alone: float
    relayed: float
    together: float
    waits: tuple[float, ...]


def crowd(corpus: Corpus, questions: Sequence[str], before: Sequence[str]) -> Crowd:
    """Ask them in a new process, each for the first time, and others before any is timed."""
    asked = {"questions": [*questions], "before": [*before]}
    row = run("evals.bench.crowd", [], corpus.as_json() | asked)
    return Crowd(row["alone"], row["relayed"], row["together"], tuple(row["waits"]))


async def _ask(corpus: Corpus, questions: Sequence[str], before: Sequence[str]) -> Crowd:
    with factory.open_collection(corpus.config) as store:
        here = factory.answerer_on(store, corpus.config)
        await _one_by_one(here, before, corpus.today)
        alone = await _one_by_one(here, questions, corpus.today)
    # New processes for each, because one that has answered a question is quicker the next time.
    async with _others(corpus, before) as there:
        relayed = await _one_by_one(there, questions, corpus.today)
    async with _others(corpus, before) as there:
        started = time.perf_counter()
        waits = await _at_once(there, questions, corpus.today)
        return Crowd(alone, relayed, time.perf_counter() - started, waits)


@asynccontextmanager
async def _others(corpus: Corpus, before: Sequence[str]) -> AsyncIterator[Answering]:
    """As many processes as there are processors, each of which has been asked a few questions."""
    processes = processors()
    async with Pool.open(corpus.config, processes) as pool:
        there = pool.answerer(corpus.config.articles)
        await _at_once(there, [*before] * processes, corpus.today)
        yield there


async def _one_by_one(answerer: Answering, questions: Sequence[str], today: date | None) -> float:
    return sum([await _waited(answerer, question, today) for question in questions])


async def _at_once(
    answerer: Answering, questions: Sequence[str], today: date | None
) -> tuple[float, ...]:
    waits = (_waited(answerer, question, today) for question in questions)
    return tuple(await asyncio.gather(*waits))


async def _waited(answerer: Answering, question: str, today: date | None) -> float:
    started = time.perf_counter()
    await answerer.ask(question, (), today)
    return time.perf_counter() - started


def main() -> None:
    """Ask, and print the figures as JSON."""
    asked = json.load(sys.stdin)
    found = asyncio.run(_ask(Corpus.from_json(asked), asked["questions"], asked["before"]))
    print(json.dumps(found._asdict()))


if __name__ == "__main__":
    main()
