"""Whether the answers are as good as they were. Floors lie a little under what was measured."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from evals.gold.format import Gold, load_gold
from tests.conftest import Dateline

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "eval"
SEEDS = ROOT / "evals" / "gold" / "seeds.jsonl"
ANSWERED, RIGHT, DECLINED = 0.73, 0.76, 0.7
"""Of the shipped articles' questions: answered, rightly when answered, rightly declined."""
EVERY = 3
"""Of the shared questions, which are asked here: every third."""


def flat(text: str) -> str:
    return f" {' '.join(re.findall('[a-z0-9]+', text.lower()))} "


def answers_to(path: Path) -> dict[str, dict[str, Any]]:
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {row["id"]: row for row in rows}


def test_the_shipped_articles(inside: Dateline, seeds_store: Path, tmp_path: Path) -> None:
    out = tmp_path / "run.jsonl"
    assert inside("eval", "run", SEEDS, "--store", seeds_store, "--out", out).returncode == 0
    run = answers_to(out)

    def said(gold: Gold) -> bool:
        return run[gold.id]["status"] in ("answered", "partial")

    def right(gold: Gold) -> bool:
        quotes = [flat(c["quote"]) for c in run[gold.id]["citations"]]
        return any(flat(answer) in quote for answer in gold.answers for quote in quotes)

    def share(test: Callable[[Gold], bool], among: list[Gold]) -> float:
        return sum(map(test, among)) / len(among)

    gold = load_gold(SEEDS)
    answerable = [g for g in gold if g.has_answer]
    said_of = [g for g in answerable if said(g)]
    assert share(said, answerable) >= ANSWERED
    assert share(right, said_of) >= RIGHT
    assert share(said, [g for g in gold if not g.has_answer]) <= 1 - DECLINED

    def asked_back(gold: Gold) -> bool:
        return bool(run[gold.id]["status"] == "clarify")

    assert share(asked_back, answerable) <= 0.03
    assert share(asked_back, [g for g in gold if g.kind == "underspecified"]) >= 0.8


class NewsRun(NamedTuple):
    """A third of the news questions, and how they were answered."""

    gold: Path
    run: Path
    articles: Path


@pytest.fixture(scope="module")
def news_run(dateline: Dateline, tmp_path_factory: pytest.TempPathFactory) -> NewsRun:
    articles = SHARED / "news-2022" / "articles.jsonl.gz"
    if not articles.exists():
        pytest.skip("needs ../shared/eval/news-2022")
    folder = tmp_path_factory.mktemp("news")
    lines = (articles.parent / "questions.jsonl").read_text(encoding="utf-8").splitlines()[::EVERY]
    gold, out = folder / "gold.jsonl", folder / "run.jsonl"
    gold.write_text("\n".join(lines), encoding="utf-8")
    places = ("--articles", articles, "--store", folder / "store")
    for command in (["index"], ["eval", "run", gold, "--out", out]):
        done = dateline(*command, *places, seconds=300)
        assert done.returncode == 0, done.stderr
    return NewsRun(gold, out, articles)


@pytest.fixture(scope="module")
def news_figures(news_run: NewsRun) -> dict[str, float]:
    """The scorer's figures for a third of the news questions."""
    score = [sys.executable, *map(str, (SHARED / "score.py", *news_run))]
    scored = subprocess.run(score, capture_output=True, text=True, check=True)
    figures: dict[str, float] = json.loads(scored.stdout)
    return figures


@pytest.mark.parametrize(
    ("figure", "floor"),
    [
        ("answer_recall@5", 0.86),
        ("answer_hit", 0.54),
        ("auroc", 0.94),
        ("answered_of_answerable", 0.86),
        ("declined_of_unanswerable", 0.82),
        ("answers_with_citation", 1.0),
        ("citations_verbatim", 1.0),
    ],
)
def test_a_year_of_news(news_figures: dict[str, float], figure: str, floor: float) -> None:
    assert news_figures[figure] >= floor


def test_clear_questions_are_not_asked_back(news_run: NewsRun) -> None:
    run = answers_to(news_run.run).values()
    assert sum(answer["status"] == "clarify" for answer in run) <= 0.01 * len(run)


def test_answers_stay_short(news_figures: dict[str, float]) -> None:
    assert news_figures["words"] <= 50


SAME = {
    "answer_recall@1": "answer_recall@1",
    "answer_recall@5": "answer_recall@5",
    "answer_recall@10": "answer_recall@10",
    "answer_hit": "answer_hit",
    "answer_hit_when_said": "answer_hit_when_answered",
    "words": "words",
    "source_recall@5": "capped_recall@5",
    "source_hit@5": "hit@5",
    "answered_of_answerable": "answered",
    "declined_of_unanswerable": "decline_recall",
    "auroc": "auroc",
    "answers_with_citation": "cited",
    "citations_verbatim": "citation_verbatim",
    "citation_source_gold": "citation_precision",
    "p50_s": "seconds_p50",
    "p99_s": "seconds_p99",
}
"""The scorer's figures, and ours that measure the same."""


def test_the_scorer_and_eval_score_agree(
    inside: Dateline, news_run: NewsRun, news_figures: dict[str, float]
) -> None:
    done = inside("eval", "score", news_run.run, news_run.gold, "--json")
    ours = json.loads(done.stdout)["groups"]["all"]
    assert news_figures.keys() - SAME.keys() == {"questions", "missing"}
    assert {name: round(ours[same]["value"], 4) for name, same in SAME.items()} == {
        name: pytest.approx(news_figures[name], abs=1e-4) for name in SAME
    }
