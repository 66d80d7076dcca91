"""Whether the answers are as good as they were. Floors lie a little under what was measured."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evals.gold import Gold, load_gold
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


@pytest.fixture(scope="module")
def news_figures(dateline: Dateline, tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    """The scorer's figures for a third of the news questions."""
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
    score = [sys.executable, *map(str, (SHARED / "score.py", gold, out, articles))]
    scored = subprocess.run(score, capture_output=True, text=True, check=True)
    figures: dict[str, float] = json.loads(scored.stdout)
    return figures


@pytest.mark.parametrize(
    ("figure", "floor"),
    [
        ("answer_recall@5", 0.86),
        ("answer_hit", 0.62),
        ("auroc", 0.94),
        ("answered_of_answerable", 0.86),
        ("declined_of_unanswerable", 0.86),
        ("answers_with_citation", 1.0),
        ("citations_verbatim", 1.0),
    ],
)
def test_a_year_of_news(news_figures: dict[str, float], figure: str, floor: float) -> None:
    assert news_figures[figure] >= floor


def test_answers_stay_short(news_figures: dict[str, float]) -> None:
    assert news_figures["words"] <= 62
