"""Runs: in order, taken up where they stopped, never of two gold files."""

import json
from pathlib import Path

import pytest

from tests.conftest import Dateline

GOLD = [
    {"id": "one", "question": "How many soldiers share one interpreter?"},
    {"id": "two", "question": "Who won the 2018 World Cup?", "answerable": False},
    {
        "id": "three",
        "question": "How many years of close relations did China and North Korea mark?",
    },
]


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    path = tmp_path / "gold.jsonl"
    path.write_text("\n".join(map(json.dumps, GOLD)), encoding="utf-8")
    return path


def ids(run: Path) -> list[str]:
    return [json.loads(line)["id"] for line in run.read_text(encoding="utf-8").splitlines()]


def test_a_run_answers_all_in_order(
    inside: Dateline, gold: Path, seeds_store: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run.jsonl"
    done = inside("eval", "run", gold, "--store", seeds_store, "--out", out)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert ids(out) == ["one", "two", "three"]
    row = json.loads(out.read_text(encoding="utf-8").splitlines()[0])
    assert {"status", "answer", "confidence", "citations", "passages", "seconds"} <= row.keys()


def test_a_torn_run_is_taken_up(
    inside: Dateline, gold: Path, seeds_store: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run.jsonl"
    kept = json.dumps({"id": "one", "status": "answered", "answer": "kept as it was"}) + "\n"
    out.write_text(kept + '{"id": "two", "ans', encoding="utf-8")
    done = inside("eval", "run", gold, "--store", seeds_store, "--out", out)
    assert done.returncode == 0, done.stderr
    assert "1 of 3 questions are answered already" in done.stderr
    assert out.read_text(encoding="utf-8").startswith(kept)
    assert ids(out) == ["one", "two", "three"]


def test_another_gold_files_run_is_left_alone(
    inside: Dateline, gold: Path, seeds_store: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run.jsonl"
    out.write_text('{"id": "other"}\n', encoding="utf-8")
    done = inside("eval", "run", gold, "--store", seeds_store, "--out", out)
    assert done.returncode == 2
    assert "choose another --out" in done.stderr
    assert out.read_text(encoding="utf-8") == '{"id": "other"}\n'
