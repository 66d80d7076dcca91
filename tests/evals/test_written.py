"""What becomes of drafts as a strong model writes them. Floors lie a little under the measured."""

from pathlib import Path

import pytest

from evals.dumps import read_articles
from evals.written import RIGHT, figures, judging, outcomes_of, read_drafts, words

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "eval"
SETS = ("news-2022", "news-2022-2023", "news-2025-2026")
DRAFTS = ROOT / "evals" / "drafts" / "written.jsonl"
RECORDED = str(ROOT / "evals" / "drafts" / "verdicts.jsonl")


@pytest.mark.skipif(not SHARED.is_dir(), reason="the articles of the drafts are not part of this")
@pytest.mark.parametrize(
    ("verdicts", "kept", "caught", "lost"),
    [("perfect", 0.99, 0.99, 0.0), (RECORDED, 0.97, 0.98, 0.02), (None, 0.02, 0.99, 0.12)],
)
def test_right_sentences_are_kept_and_wrong_ones_caught(
    verdicts: str | None, kept: float, caught: float, lost: float
) -> None:
    articles = read_articles([SHARED / name / "articles.jsonl.gz" for name in SETS])
    judge = judging(verdicts)
    drafts = read_drafts(DRAFTS, articles)
    outcomes = [o for draft in drafts for o in outcomes_of(draft, judge, words())]
    found = figures(outcomes)
    assert found["right"] > 300 and found["wrong"] > 300
    assert found["kept"] >= kept, found
    assert found["caught"] >= caught, found
    dropped = [o for o in outcomes if o.kind == RIGHT and o.what == "dropped"]
    assert len(dropped) <= lost * found["right"], dropped
