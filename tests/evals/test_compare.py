"""Two runs side by side: what changed, which questions changed sides, and when CI fails."""

import json
from pathlib import Path
from typing import Any

import pytest

from evals.figures.compare import Difference, verdict_of
from tests.conftest import Dateline

GOLD = [
    {"id": str(n), "question": f"Question {n}?", "answers": ["Monday"], "sources": ["a"]}
    for n in range(20)
] + [{"id": f"no{n}", "question": f"What of {n}?", "answerable": False} for n in range(4)]
MISS, HIT = "It was closed. [1]", "It was closed on Monday. [1]"


def answer(name: str, text: str | None, confidence: float, seconds: float) -> dict[str, Any]:
    cited = {"n": 1, "source": "a", "title": "", "published": None, "quote": text}
    said = {"status": "answered", "answer": text, "citations": [cited]}
    if text is None:
        said = {"status": "abstained", "answer": "No.", "citations": []}
    found = [{"source": "a", "text": "It was closed on Monday.", "score": 1.0}]
    rest = {"confidence": confidence, "seconds": seconds, "passages": found, "model": "quotes"}
    return {"id": name} | said | rest


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    return write(tmp_path / "gold.jsonl", GOLD)


def a_run(path: Path, hits: int, seconds: float = 0.1, answered: int = 20) -> Path:
    texts = [HIT if n < hits else MISS if n < answered else None for n in range(20)]
    rows = [answer(str(n), text, 0.9 if text else 0.3, seconds) for n, text in enumerate(texts)]
    return write(path, rows + [answer(f"no{n}", None, 0.2, seconds) for n in range(4)])


@pytest.fixture
def compared(inside: Dateline, better: Path, worse: Path, gold: Path) -> Dateline:
    """The command on both runs, with more options."""
    return lambda *options: inside("eval", "compare", better, worse, gold, *options)


@pytest.fixture
def better(tmp_path: Path) -> Path:
    return a_run(tmp_path / "better.jsonl", hits=16)


@pytest.fixture
def worse(tmp_path: Path) -> Path:
    return a_run(tmp_path / "worse.jsonl", hits=8, seconds=0.3, answered=18)


def test_differences_are_paired(compared: Dateline) -> None:
    done = compared("--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    hit = found["metrics"]["answer_hit"]
    assert (hit["a"], hit["b"], hit["value"], hit["n"]) == (0.8, 0.4, -0.4, 20)
    assert hit["low"] < -0.4 < hit["high"] < 0
    assert hit["p"] < 0.05
    assert found["metrics"]["answer_recall@5"]["p"] == 1
    assert found["questions"] == 24
    flips = {flip["id"]: (flip["a"]["verdict"], flip["b"]["verdict"]) for flip in found["flips"]}
    assert flips["8"] == ("hit", "miss")
    assert flips["19"] == ("miss", "declined")
    assert len(flips) == 10


def test_the_table(compared: Dateline) -> None:
    shown = compared("--flips", "1").stdout
    assert "Right answers                      0.800  0.400  -0.400" in shown
    assert "Median time of an answer ↓" in compared("--all").stdout
    assert "nDCG of the top 1" not in shown
    assert "nDCG of the top 1" in compared("--all").stdout
    assert "10 of 24 questions changed sides" in shown
    assert "hit → miss: Question 8?" in shown
    assert "and 9 more" in shown
    assert "has no header, so what made it is not compared" in shown


@pytest.mark.parametrize(
    ("limits", "status", "said"),
    [
        (["answer_hit:0.39"], 5, "Right answers (answer_hit): worse, 0.8000"),
        (["answer_hit:0.4"], 0, ""),
        (["answer_recall@5:0", "seconds_p50:0.1"], 5, "(seconds_p50): worse, 0.1000"),
        (["seconds_p50:0.3"], 0, ""),
        (["hit:0.1"], 2, "'hit' is not compared here; use one of mrr, hit@1,"),
        (["choice:0.1"], 2, "'choice' is not compared here"),
        (["answer_hit"], 2, "it takes METRIC:DELTA"),
        (["answer_hit:-1"], 2, "it takes a number from 0"),
        (["answer_hit:nan"], 2, "it takes a number from 0"),
    ],
)
def test_ci_can_fail(compared: Dateline, limits: list[str], status: int, said: str) -> None:
    done = compared(*(part for limit in limits for part in ("--fail-if-worse", limit)))
    assert done.returncode == status, done.stderr
    assert said in done.stderr


@pytest.mark.parametrize(
    ("metric", "low", "high", "p", "verdict"),
    [
        ("answer_hit", 0.1, 0.3, 0.01, "better"),
        ("answer_hit", -0.3, -0.1, 0.01, "worse"),
        ("seconds_p50", 0.1, 0.3, 0.01, "worse"),
        ("seconds_p50", -0.3, -0.1, 0.01, "better"),
        ("answer_hit", -0.1, 0.3, 0.01, "unclear"),
        ("answer_hit", 0.1, 0.3, 0.2, "unclear"),
        ("answer_hit", 0.0, 0.0, 1.0, "unclear"),
    ],
)
def test_only_a_clear_difference_is_better_or_worse(
    metric: str, low: float, high: float, p: float, verdict: str
) -> None:
    found = Difference(0.5, 0.5, (low + high) / 2, low, high, p, 20)
    assert verdict_of(metric, found) == verdict


def test_better_is_never_worse(inside: Dateline, better: Path, worse: Path, gold: Path) -> None:
    limits = ("--fail-if-worse", "answer_hit:0", "--fail-if-worse", "seconds_p50:0")
    assert inside("eval", "compare", worse, better, gold, *limits).returncode == 0


def test_half_a_run_is_compared_loudly_on_what_both_have(
    inside: Dateline, better: Path, worse: Path, gold: Path
) -> None:
    write(worse, [json.loads(line) for line in worse.read_text().splitlines()[:10]])
    done = inside("eval", "compare", better, worse, gold, "--json")
    assert "worse.jsonl is not complete: 14 gold questions" in done.stderr
    found = json.loads(done.stdout)
    assert (found["questions"], found["left_out"]) == (10, 14)
    assert any("is not complete" in note for note in found["notes"])


def test_runs_without_a_common_question(
    inside: Dateline, better: Path, worse: Path, gold: Path
) -> None:
    rows = [json.loads(line) for line in better.read_text().splitlines()]
    write(better, rows[:5])
    write(worse, rows[5:])
    done = inside("eval", "compare", better, worse, gold)
    assert done.returncode == 2
    assert "have no question in common" in done.stderr


def test_the_gold_is_found_by_the_header(inside: Dateline, better: Path, worse: Path) -> None:
    done = inside("eval", "compare", better, worse)
    assert done.returncode == 2
    assert "has no header that names its gold" in done.stderr


def test_what_made_the_runs_differ_is_shown(
    inside: Dateline, seeds_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds = (Path(__file__).parents[2] / "evals" / "gold" / "seeds.jsonl").read_text()
    gold = tmp_path / "gold.jsonl"
    gold.write_text("".join(seeds.splitlines(keepends=True)[:6]))
    places = (gold, "--store", seeds_store, "--out")
    a, b = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    assert inside("eval", "run", *places, a, "--concurrency", 3).returncode == 0
    monkeypatch.setenv("DATELINE_THRESHOLD", "1")
    assert inside("eval", "run", *places, b).returncode == 0
    found = json.loads(inside("eval", "compare", a, b, "--json").stdout)
    assert found["made_with"] == {"configuration.threshold": {"a": None, "b": 1.0}}
    assert found["metrics"]["answered"]["b"] == 0
    gold.unlink()
    gone = inside("eval", "compare", a, b)
    assert gone.returncode == 2
    assert "which is gone; name GOLD after the two runs" in gone.stderr
