"""The guide to gold questions is true: its questions fit its article."""

import re
from pathlib import Path

from tests.conftest import Dateline

GUIDE = (Path(__file__).parents[2] / "docs" / "evaluation.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"^```(markdown|jsonl)\n(.*?)^```\n", GUIDE, re.MULTILINE | re.DOTALL))
CHECKED = "0 errors, 0 warnings; 2 answerable, 1 partial, 1 unanswerable, 1 underspecified\n"


def test_its_questions_fit_its_article(inside: Dateline, tmp_path: Path) -> None:
    article, gold = tmp_path / "bridge.md", tmp_path / "gold.jsonl"
    article.write_text(BLOCKS["markdown"], encoding="utf-8")
    gold.write_text(BLOCKS["jsonl"], encoding="utf-8")
    done = inside("eval", "check", gold, "--articles", article.parent)
    assert (done.returncode, done.stdout) == (0, CHECKED), done.stderr
