"""Gold questions, as their JSONL files write them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bot.answer import Turn
from index.errors import UsageError

KINDS = ("answerable", "partial", "unanswerable", "underspecified")


@dataclass(frozen=True, slots=True)
class Gold:
    """One question with its gold answers.

    `asked_on` is that question's today. `choices` are the answers offered where it is multiple
    choice; `collection` and `type` are free labels of its articles and of its sort.
    """

    id: str
    question: str
    answers: tuple[str, ...]
    sources: tuple[str, ...]
    kind: str
    history: tuple[Turn, ...] = ()
    asked_on: date | None = None
    choices: tuple[str, ...] = ()
    collection: str | None = None
    type: str | None = None

    @property
    def has_answer(self) -> bool:
        """Whether the articles hold an answer, be it a partial one."""
        return self.kind in ("answerable", "partial")


def load_gold(path: Path) -> list[Gold]:
    """Every question of a gold file, in order; UsageError names the line that is wrong."""
    try:
        gold = [_parse(row) for row in _rows(path)]
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    if not gold:
        raise UsageError(f"{path} holds no questions")
    return gold


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                row["id"], row["question"]
            except (ValueError, TypeError, KeyError) as error:
                raise UsageError(
                    f"{path}, line {number}: not a gold question ({error!r}); it needs an object "
                    "with at least id and question"
                ) from error
            yield row


def _parse(row: dict[str, Any]) -> Gold:
    kind = row.get("kind") or ("answerable" if row.get("answerable", True) else "unanswerable")
    if kind not in KINDS:
        raise UsageError(f"question {row['id']!r}: kind is {kind!r}; use one of {', '.join(KINDS)}")
    asked_on = row.get("asked_on")
    try:
        day = date.fromisoformat(asked_on) if asked_on else None
    except (TypeError, ValueError) as error:
        raise UsageError(f"question {row['id']!r}: asked_on is not YYYY-MM-DD") from error
    return Gold(
        id=str(row["id"]),
        question=str(row["question"]),
        answers=tuple(row.get("answers") or ()),
        sources=tuple(row.get("sources") or ()),
        kind=kind,
        history=tuple(Turn(t["role"], t["content"]) for t in row.get("history") or ()),
        asked_on=day,
        choices=tuple(row.get("choices") or ()),
        collection=row.get("collection"),
        type=row.get("type"),
    )
