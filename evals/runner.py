"""Answers every gold question and writes the answers down, one JSON object a line.

A run that was cut short is taken up where it stopped: finished lines stay, a torn last line
is written again.
"""

import json
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from bot.answer import Answer
from bot.answerer import Answerer
from evals.gold import Gold
from index.errors import UsageError


async def run(
    gold: Sequence[Gold],
    answerer: Answerer,
    out: Path,
    as_of: date | None = None,
    on_answer: Callable[[Gold, Answer], None] = lambda gold, answer: None,
) -> None:
    """Append an answer to every question to `out`, in order; leave out the `finished` ones.

    A question's `asked_on` wins over `as_of`.
    """
    with out.open("a", encoding="utf-8") as lines:
        for g in gold:
            answer = await answerer.ask(g.question, g.history, g.asked_on or as_of)
            lines.write(json.dumps({"id": g.id, **answer.as_json()}, ensure_ascii=False) + "\n")
            lines.flush()
            on_answer(g, answer)


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
