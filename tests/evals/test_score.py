"""Scores: the figures of known answers, what is missing and why, and the command."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from evals.figures.names import MAIN, NAMES, base, group_name, name_of
from evals.figures.score import Score, score
from evals.figures.tables import score_blocks
from evals.gold.format import Gold
from evals.run.runs import Record, Run
from tests.conftest import Dateline

GUIDE = (Path(__file__).parents[2] / "docs" / "evaluation.md").read_text(encoding="utf-8")
SEEDS = Path(__file__).parents[2] / "evals" / "gold" / "seeds.jsonl"
QUOTE = "The bridge was closed on Monday."


def record(number: int, has_answer: bool, said: bool, confidence: float, **more: Any) -> Record:
    answers, sources = (("Monday",), ("a",)) if has_answer else ((), ())
    kind = "answerable" if has_answer else "unanswerable"
    gold = Gold(f"q{number}", "When?", answers, sources, kind, **more)
    answer: dict[str, Any] = {"status": "abstained", "answer": "No.", "citations": []}
    if said:
        cited = {"n": 1, "source": "a", "quote": QUOTE, "title": "", "published": None}
        answer = {"status": "answered", "answer": f"{QUOTE} [1]", "citations": [cited]}
    passages = [{"source": "a", "text": QUOTE, "score": 1.0}]
    rest = {"confidence": confidence, "seconds": number / 10, "passages": passages}
    return Record(gold, answer | rest)


def scored(*records: Record, **more: Any) -> Score:
    return score(Run(Path("run.jsonl"), None, records), **more)


@pytest.fixture
def mixed() -> Score:
    return scored(
        record(1, True, True, 0.9, collection="towns"),
        record(2, True, True, 0.8, collection="towns"),
        record(3, True, False, 0.3, collection="ferries"),
        record(4, False, True, 0.6, collection="ferries"),
        record(5, False, False, 0.2, collection="ferries"),
        texts={"a": f"Rain fell. {QUOTE}"}.get,
    )


@pytest.mark.parametrize(
    ("metric", "value", "n"),
    [
        ("mrr", 1, 3),
        ("answer_recall@1", 1, 3),
        ("answer_hit", 2 / 3, 3),
        ("answer_hit_when_answered", 1, 2),
        ("citation_verbatim", 1, 3),
        ("answered", 2 / 3, 3),
        ("decline_recall", 1 / 2, 2),
        ("decline_precision", 1 / 2, 2),
        ("balance", 7 / 12, 5),
        ("auroc", 5 / 6, 5),
        ("seconds_p50", 0.3, 5),
        ("seconds_p99", 0.5, 5),
    ],
)
def test_figures(mixed: Score, metric: str, value: float, n: int) -> None:
    figure = mixed.groups["all"][metric]
    assert figure.value == pytest.approx(value)
    assert figure.n == n
    assert figure.low <= figure.value <= figure.high


def test_groups(mixed: Score) -> None:
    assert [*mixed.groups] == [
        "all",
        "kind:answerable",
        "kind:unanswerable",
        "collection:towns",
        "collection:ferries",
    ]
    assert mixed.groups["collection:towns"]["answered"].value == 1
    assert "answered" not in mixed.groups["kind:unanswerable"]


def test_curves_and_the_threshold(mixed: Score) -> None:
    curves = mixed.curves
    assert [(p.threshold, p.coverage, p.risk) for p in curves.risk_coverage][:2] == [
        (0.9, 0.2, 0),
        (0.8, 0.4, 0),
    ]
    assert [(b.low, b.holds.value, b.holds.n) for b in curves.calibration][-1] == (0.9, 1, 1)
    assert curves.recall["hit"][1].value == 1
    assert curves.seconds == (0.1, 0.2, 0.3, 0.4, 0.5)
    assert mixed.threshold
    assert mixed.threshold.value == pytest.approx(0.7)
    assert (mixed.threshold.answered.value, mixed.threshold.declined.value) == (2 / 3, 1)


def test_every_metric_is_there_or_has_a_reason(mixed: Score) -> None:
    there = {base(name) for name in mixed.groups["all"]}
    missing = {name for note in mixed.notes for name in note.metrics}
    assert there | missing == set(NAMES)
    assert not there & missing


def test_the_guide_explains_every_metric_by_its_name() -> None:
    table = GUIDE.split("## The figures")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \|", table, re.MULTILINE)
    assert dict(rows) == {key: name_of(key) for key in NAMES}


def test_people_read_names_not_keys(mixed: Score) -> None:
    metrics = [*mixed.groups["all"], *NAMES]
    names = [name_of(metric) for metric in metrics] + [group_name(g) for g in mixed.groups]
    assert not [name for name in names if "_" in name or "{" in name or name != name.strip()]
    assert len({name_of(metric) for metric in metrics}) == len(set(metrics))
    assert name_of("hit@10") == "Gold source in the top 10"
    assert group_name("collection:towns") == "Collection towns"
    assert {base(metric) for metric in MAIN} <= NAMES.keys()


def test_the_main_figures_come_first_and_all_on_request(mixed: Score) -> None:
    few = [block.text.plain for block in score_blocks(mixed)]
    assert [line[:34].strip() for line in few[1:6]] == [name_of(metric) for metric in MAIN]
    more = [block.text.plain for block in score_blocks(mixed, everything=True)]
    assert len(more) > 4 * len(few)
    assert any(line.startswith("Collection towns") for line in more)
    assert "Right choices" not in "".join(few)
    assert "Right choices: not measured" in "".join(more)


def test_without_unanswerable_questions_nothing_is_said_of_declining() -> None:
    found = scored(record(1, True, True, 0.9), record(2, True, False, 0.3))
    assert not {"auroc", "aurc", "ece", "decline_recall", "balance"} & found.groups["all"].keys()
    assert found.threshold is None
    notes = [str(note) for note in found.notes]
    declined = name_of("decline_recall")
    assert f"{declined}: not measured, every question has an answer" in notes
    quotes = name_of("citation_verbatim")
    assert any(f"{quotes}: not measured, the texts" in note for note in notes)


def test_without_answerable_questions_nothing_is_said_of_answers() -> None:
    found = scored(record(1, False, True, 0.9), record(2, False, False, 0.3))
    assert found.groups["all"]["decline_recall"].value == 0.5
    assert not {"answered", "answer_hit", "mrr", "auroc"} & found.groups["all"].keys()


def test_answers_without_confidence_or_seconds_are_scored_on_the_rest() -> None:
    bare = record(1, True, True, 0.9), record(2, False, False, 0.3)
    for r in bare:
        del r.answer["confidence"], r.answer["seconds"]
    figures = scored(*bare).groups["all"]
    assert figures["answer_hit"].value == 1
    assert not {"auroc", "seconds_p50"} & figures.keys()


def test_it_is_json_without_nan(mixed: Score) -> None:
    found = json.loads(json.dumps(mixed.as_json(), allow_nan=False))
    assert found["groups"]["all"]["answer_hit"].keys() == {"value", "low", "high", "n"}
    assert (found["questions"], found["unanswered"]) == (5, 0)


@pytest.fixture(scope="module")
def made(dateline: Dateline, seeds_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("run") / "run.jsonl"
    done = dateline("eval", "run", SEEDS, "--store", seeds_store, "--out", out)
    assert done.returncode == 0, done.stderr
    assert "answer_hit 0." in done.stderr
    return out


@pytest.fixture
def run(made: Path, tmp_path: Path) -> Path:
    """A run of the shipped gold questions, with its header."""
    for name in ("run.jsonl", "run.header.json"):
        shutil.copy(made.with_name(name), tmp_path)
    return tmp_path / "run.jsonl"


def test_the_command(inside: Dateline, run: Path) -> None:
    few = inside("eval", "score", run, SEEDS)
    assert (few.returncode, few.stderr) == (0, "")
    assert len(few.stdout.splitlines()) == 7
    table = inside("eval", "score", run, SEEDS, "--all")
    assert "Quotes found in their article        1.000   1.000 to 1.000" in table.stdout
    figures = json.loads(inside("eval", "score", run, SEEDS, "--json").stdout)
    assert figures["groups"]["all"]["citation_verbatim"]["value"] == 1
    assert figures["groups"]["multi-turn"]["answered"]["n"] >= 5
    # Without its header a run does not tell where its articles are.
    run.with_name("run.header.json").unlink()
    unchecked = inside("eval", "score", run, SEEDS, "--all").stdout
    assert "Quotes found in their article: not measured" in unchecked
    seeds = Path(__file__).parents[2] / "seeds"
    named = inside("eval", "score", run, SEEDS, "--articles", seeds, "--json")
    assert json.loads(named.stdout)["groups"] == figures["groups"]


def test_an_interrupted_run_is_scored_loudly(inside: Dateline, run: Path) -> None:
    lines = run.read_text(encoding="utf-8").splitlines(keepends=True)
    run.write_text("".join(lines[:40]) + lines[40][:30], encoding="utf-8")
    done = inside("eval", "score", run, SEEDS, "--json")
    assert f"WARNING: {run} is not complete: {len(lines) - 40} gold questions" in done.stderr
    found = json.loads(done.stdout)
    assert (found["questions"], found["unanswered"]) == (40, len(lines) - 40)


def test_articles_that_the_gold_is_not_about(inside: Dateline, run: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.txt").write_text("Title\n\nText.\n")
    done = inside("eval", "score", run, SEEDS, "--articles", tmp_path / "other")
    assert done.returncode == 2
    assert "is about other articles: none of its 2 sources" in done.stderr


@pytest.fixture
def without_extras(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evals.arguments.find_spec", lambda _: None)


@pytest.mark.usefixtures("without_extras")
def test_what_the_extra_installs_is_asked_for(inside: Dateline, run: Path) -> None:
    done = inside("eval", "score", run, SEEDS)
    assert (done.returncode, done.stdout) == (2, "")
    assert "not installed: ir_measures; " in done.stderr
    assert "pip install '.[eval]'" in done.stderr


@pytest.mark.usefixtures("without_extras")
def test_what_scoring_needs_is_named_before_the_run(
    inside: Dateline, seeds_store: Path, tmp_path: Path
) -> None:
    gold = tmp_path / "gold.jsonl"
    gold.write_text(SEEDS.read_text(encoding="utf-8").splitlines(keepends=True)[0])
    done = inside("eval", "run", gold, "--store", seeds_store, "--out", tmp_path / "run.jsonl")
    assert done.returncode == 0, done.stderr
    first, *_, last = done.stderr.splitlines()
    assert "`dateline eval score` will need more: not installed: ir_measures" in first
    assert "1 answers in" in last
