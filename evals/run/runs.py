"""A run read back beside its gold.

It checks that every line is an answer to a question of this gold, and knows no metric.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.answer import Status
from evals.gold.format import Gold
from evals.run.header import Header, asked, read_header
from index.errors import UsageError

LONGEST = 1e9
"""Seconds that an answer can take."""


@dataclass(frozen=True, slots=True)
class Record:
    """A gold question and the answer object that a run gave it, as the contract has it."""

    gold: Gold
    answer: dict[str, Any]

    @property
    def said(self) -> bool:
        """Whether the question was answered, be it in part."""
        return self.answer["status"] in (Status.ANSWERED, Status.PARTIAL)

    @property
    def declined(self) -> bool:
        """Whether it was neither answered nor taken for small talk."""
        return not self.said and self.answer["status"] != Status.REPLY


@dataclass(frozen=True, slots=True)
class Run:
    """The answers of a run in its own order; `unanswered` is how many gold questions it lacks."""

    path: Path
    header: Header | None
    records: tuple[Record, ...]
    unanswered: int = 0


def load_run(path: Path, gold: Sequence[Gold]) -> Run:
    """Read a run beside its gold; an id's k-th answer belongs to the k-th question of that id.

    Raises UsageError naming the line that is no answer to one of these questions, or when the
    run's header says that other questions were asked. A torn last line counts as not there.
    """
    header = read_header(path)
    if header and header.gold.get("asked") != asked(gold):
        raise UsageError(
            f"{path} is a run of other questions: it was made with {header.gold.get('file')}"
        )
    waiting: dict[str, list[Gold]] = defaultdict(list)
    for g in reversed(gold):
        waiting[g.id].append(g)
    records = []
    for number, row in _rows(path):
        place = f"{path}, line {number}"
        answer = _checked(row, place)
        if not waiting[str(answer["id"])]:
            raise UsageError(
                f"{place}: the gold has no question {answer['id']!r} left to answer; is this the "
                "run of another gold file, or two runs in one?"
            )
        records.append(Record(waiting[str(answer["id"])].pop(), answer))
    if not records:
        raise UsageError(f"{path} holds no answers")
    return Run(path, header, tuple(records), len(gold) - len(records))


def _rows(path: Path) -> Iterator[tuple[int, Any]]:
    try:
        lines = path.read_bytes().splitlines(keepends=True)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    for number, line in enumerate(lines, 1):
        try:
            yield number, json.loads(line)
        except (ValueError, RecursionError) as error:
            if number == len(lines) and not line.endswith(b"\n"):
                return
            raise UsageError(f"{path}, line {number}: not JSON ({error})") from error


def _checked(row: Any, place: str) -> dict[str, Any]:
    """The answer object, if it is one; confidence, seconds and lists may be missing in a run
    that another program made."""
    if not isinstance(row, dict) or not isinstance(row.get("id"), (str, int)):
        raise UsageError(f"{place}: not an answer with an id; name a run of `dateline eval run`")
    if row.get("status") not in list(Status) or not isinstance(row.get("answer"), str):
        raise UsageError(f"{place}: no answer: status is {row.get('status')!r}")
    if not _is_number(row.get("confidence", 0), 0, 1):
        raise UsageError(f"{place}: confidence is {row['confidence']!r}; it must be from 0 to 1")
    if not _is_number(row.get("seconds", 0), 0, LONGEST):
        raise UsageError(f"{place}: seconds is {row['seconds']!r}; it must be a number from 0")
    for name, texts in (("citations", ("source", "quote")), ("passages", ("source", "text"))):
        items = row.get(name, [])
        if not isinstance(items, list) or not all(_has(item, texts) for item in items):
            raise UsageError(f"{place}: {name} must each have {' and '.join(texts)}")
    return row


def _has(item: object, texts: Sequence[str]) -> bool:
    """Whether a citation or passage has these texts, and a number where it has one."""
    return (
        isinstance(item, dict)
        and all(isinstance(item.get(name), str) for name in texts)
        and isinstance(item.get("n", 0), int)
    )


def _is_number(value: object, low: float, high: float) -> bool:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return False
    return low <= value <= high  # which NaN is not
