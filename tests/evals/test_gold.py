"""Gold files, as people write them."""

import json
from datetime import date
from pathlib import Path

import pytest

from evals.gold import load_gold
from index.errors import UsageError


def write(path: Path, *rows: object) -> Path:
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_all_fields(tmp_path: Path) -> None:
    row = {
        "id": "a",
        "question": "Who came?",
        "answers": ["Ana"],
        "sources": ["a.txt"],
        "kind": "partial",
        "asked_on": "2024-10-24",
        "history": [{"role": "user", "content": "Who left?"}],
        "choices": ["Ana", "Ben"],
        "collection": "village",
        "type": "name",
    }
    [gold] = load_gold(write(tmp_path / "gold.jsonl", row))
    assert gold.has_answer
    assert gold.asked_on == date(2024, 10, 24)
    assert gold.history[0].content == "Who left?"
    assert (gold.choices, gold.collection, gold.type) == (("Ana", "Ben"), "village", "name")


def test_answerable_stands_for_kind(tmp_path: Path) -> None:
    rows = [{"id": n, "question": "Who?", "answerable": bool(n)} for n in range(2)]
    assert [g.kind for g in load_gold(write(tmp_path / "gold.jsonl", *rows))] == [
        "unanswerable",
        "answerable",
    ]


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ({"question": "Who?"}, "line 1"),
        (["a"], "line 1"),
        ({"id": "a", "question": "Who?", "kind": "odd"}, "odd"),
        ({"id": "a", "question": "Who?", "asked_on": "soon"}, "asked_on"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, row: object, named: str) -> None:
    with pytest.raises(UsageError, match=named):
        load_gold(write(tmp_path / "gold.jsonl", row))


def test_an_empty_or_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no questions"):
        load_gold(write(tmp_path / "gold.jsonl"))
    with pytest.raises(UsageError, match="cannot read"):
        load_gold(tmp_path / "missing.jsonl")
