"""Gold questions: what a gold file holds, one JSON object a line.

The format is described by `gold.schema.json` beside this file. It does not know whether the
articles bear out what a gold file says (`evals.gold.check`), nor how the public benchmarks write
their questions (`evals.gold.benchmarks`), which are read through here all the same.
"""

import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bot.answer import Turn
from bot.validation import clean_question
from evals.gold.benchmarks import RowError, translator
from index.errors import UsageError
from index.readers import reason_of

KINDS = ("answerable", "partial", "unanswerable", "underspecified")
ROLES = ("user", "assistant")

_UNFIT = re.compile("[\x00\ud800-\udfff]")


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


@dataclass(frozen=True, slots=True)
class BadRow:
    """A line of a gold file that is no gold question, and what to do about it."""

    reason: str


def load_gold(path: Path) -> list[Gold]:
    """Every question of a gold file, in order; UsageError names the line that is wrong."""
    gold = []
    for number, row in read_gold(path):
        if isinstance(row, BadRow):
            raise UsageError(f"{path}, line {number}: {row.reason}")
        gold.append(row)
    if not gold:
        raise UsageError(f"{path} holds no questions")
    return gold


def read_gold(path: Path) -> Iterator[tuple[int, Gold | BadRow]]:
    """Every question of a gold file with its line, counted from 1, the bad rows among them.

    `.gz` is unpacked on the way. Raises UsageError when the file itself cannot be read.
    """
    opened = gzip.open if path.name.lower().endswith(".gz") else Path.open
    try:
        translate = translator(path)
        with opened(path, "rb") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield from ((number, found) for found in _read(line, number, translate))
    except OSError as error:
        raise UsageError(f"cannot read {path}: {reason_of(error)}") from error
    except (EOFError, zlib.error) as error:
        raise UsageError(f"cannot read {path}: broken gzip file ({error})") from error


def _read(
    line: bytes, number: int, translate: Callable[[dict[str, Any]], dict[str, Any] | None]
) -> Iterator[Gold | BadRow]:
    """The one question of a line, or none where a benchmark's row asks nothing."""
    try:
        row = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
    except UnicodeDecodeError:
        yield BadRow("not UTF-8 text; save it as UTF-8")
        return
    except (ValueError, RecursionError) as error:
        yield BadRow(f"not JSON ({error}); write one JSON object a line")
        return
    try:
        if not isinstance(row, dict):
            raise RowError("not a JSON object; write one a line, with at least id and question")
        translated = translate(row)
        if translated is not None:
            yield _parse(translated)
    except RowError as error:
        yield BadRow(str(error))


def _parse(row: Mapping[str, Any]) -> Gold:
    if isinstance(row.get("id"), int) and not isinstance(row["id"], bool):
        row = {**row, "id": str(row["id"])}
    return Gold(
        id=_string(row, "id"),
        question=_question(row),
        answers=_strings(row, "answers"),
        sources=_strings(row, "sources"),
        kind=_kind(row),
        history=tuple(map(_turn, _list(row, "history"))),
        asked_on=_day(row),
        choices=_choices(row),
        collection=_label(row, "collection"),
        type=_label(row, "type"),
    )


def _question(row: Mapping[str, Any]) -> str:
    question = _string(row, "question")
    try:
        clean_question(question)  # so that no run stops at a question that may not be asked
    except UsageError as error:
        raise RowError(str(error)) from error
    return question


def _kind(row: Mapping[str, Any]) -> str:
    kind, answerable = row.get("kind"), row.get("answerable")
    if answerable is not None and not isinstance(answerable, bool):
        raise RowError(f"answerable is {_shown(answerable)}; write true or false")
    if kind is None:
        return "unanswerable" if answerable is False else "answerable"
    if kind not in KINDS:
        raise RowError(f"kind is {_shown(kind)}; use one of {', '.join(KINDS)}")
    if answerable is not None and answerable != (kind in ("answerable", "partial")):
        raise RowError(f"kind is {kind}, but answerable is {_shown(answerable)}; leave out one")
    return str(kind)


def _day(row: Mapping[str, Any]) -> date | None:
    written = row.get("asked_on")
    if written is None:
        return None
    try:
        day = date.fromisoformat(written)
    except (TypeError, ValueError):
        day = None
    if day is None or day.isoformat() != written:  # it also reads weeks, and bare digits
        raise RowError(f"asked_on is {_shown(written)}; write it YYYY-MM-DD")
    return day


def _turn(turn: object) -> Turn:
    if not isinstance(turn, dict) or turn.get("role") not in ROLES:
        raise RowError(
            f'history holds {_shown(turn)}; write {{"role": "user" or "assistant", "content": "…"}}'
        )
    return Turn(turn["role"], _string(turn, "content"))


def _label(row: Mapping[str, Any], key: str) -> str | None:
    return None if row.get(key) is None else _string(row, key)


def _strings(row: Mapping[str, Any], key: str) -> tuple[str, ...]:
    return tuple(_text(value, key) for value in _list(row, key))


def _choices(row: Mapping[str, Any]) -> tuple[str, ...]:
    """The choices; a blank one, as benchmarks have them, offers nothing and is left out."""
    return tuple(_text(c, "choices") for c in _list(row, "choices") if c != "")


def _list(row: Mapping[str, Any], key: str) -> list[Any]:
    value = row.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise RowError(f'{key} is {_shown(value)}; write a list, as in "{key}": […]')
    return value


def _string(row: Mapping[str, Any], key: str) -> str:
    if row.get(key) is None:
        raise RowError(f"it has no {key}; add one")
    return _text(row[key], key)


def _text(value: object, key: str) -> str:
    if not isinstance(value, str):
        raise RowError(f"{key} holds {_shown(value)}; write a string")
    if not value.strip():
        raise RowError(f"{key} holds an empty string; fill it in, or leave it out")
    if _UNFIT.search(value):
        raise RowError(f"{key} holds a NUL or half a character ({_shown(value)}); remove it")
    return value


def _shown(value: object) -> str:
    written = json.dumps(value)
    return written if len(written) <= 60 else written[:59] + "…"
