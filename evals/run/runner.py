"""Answers every gold question and writes the answers down, one JSON object a line.

A run that was cut short is taken up where it stopped: finished lines stay, a torn last line
is written again. It knows no metric, and nothing of how far along it looks.
"""

import asyncio
import json
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from datetime import date
from itertools import islice
from pathlib import Path

from bot.answer import Answer
from bot.answering import Answering
from evals.gold.format import Gold
from evals.run.runs import Record
from index.errors import UsageError

AHEAD = 4
"""Times as many answers may wait to be written as are under way: one that is slow holds up few."""


async def run(
    gold: Sequence[Gold],
    answerer: Answering,
    out: Path,
    *,
    as_of: date | None = None,
    concurrency: int = 1,
    on_record: Callable[[Record], None] = lambda record: None,
) -> None:
    """Append an answer to every question to `out`, in order; leave out the `finished` ones.

    At most `concurrency` questions are under way at a time. A question's `asked_on` wins over
    `as_of`.
    """
    with out.open("a", encoding="utf-8") as lines:
        async with aclosing(_answers(gold, answerer, as_of, concurrency)) as answers:
            async for g, answer in answers:
                record = Record(g, {"id": g.id, **answer.as_json()})
                lines.write(json.dumps(record.answer, ensure_ascii=False) + "\n")
                lines.flush()
                on_record(record)


async def _answers(
    gold: Sequence[Gold], answerer: Answering, as_of: date | None, concurrency: int
) -> AsyncGenerator[tuple[Gold, Answer]]:
    """Every question with its answer, in order, the next ones under way meanwhile."""
    turns = asyncio.Semaphore(concurrency)

    async def asked(g: Gold) -> Answer:
        async with turns:
            return await answerer.ask(g.question, g.history, g.asked_on or as_of)

    begun: deque[tuple[Gold, asyncio.Task[Answer]]] = deque()
    rest = iter(gold)
    try:
        while True:
            for g in islice(rest, AHEAD * concurrency - len(begun)):
                begun.append((g, asyncio.create_task(asked(g))))
            if not begun:
                return
            first, task = begun[0]
            yield first, await task
            begun.popleft()
    finally:
        for _, task in begun:
            task.cancel()


def finished(out: Path, gold: Sequence[Gold]) -> int:
    """How many questions `out` already answers, after cutting off a torn last line.

    UsageError when `out` is the run of other questions.
    """
    if not out.exists():
        return 0
    kept = done = 0
    with out.open("rb+") as lines:
        for line in lines:
            if not line.endswith(b"\n"):
                break
            if done == len(gold) or _id(line) != gold[done].id:
                raise UsageError(
                    f"{out}, line {done + 1} does not answer this gold file; choose another --out"
                )
            kept += len(line)
            done += 1
        lines.truncate(kept)
    return done


def _id(line: bytes) -> object:
    try:
        return json.loads(line)["id"]
    except (ValueError, TypeError, KeyError):
        return None
