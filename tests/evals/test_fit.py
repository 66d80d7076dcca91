"""The fitting finds what was put in, and runs from end to end."""

from pathlib import Path

import numpy as np
import pytest

from evals import fit
from index import rank

ROOT = Path(__file__).parents[2]


def test_choice_finds_the_feature_that_tells() -> None:
    random = np.random.default_rng(1)
    listings = []
    for _ in range(60):
        rows = random.normal(size=(12, 3)).astype(np.float32)
        right = np.zeros(12, dtype=bool)
        right[np.argmax(2 * rows[:, 0] - rows[:, 1])] = True
        listings.append(fit.Listing(rows, right))
    weights = fit.fit_choice(listings)
    assert weights[0] > 0 > weights[1]
    assert abs(weights[2]) < min(weights[0], -weights[1]) / 2
    best = [np.argmax(x.rows @ weights) == np.argmax(x.right) for x in listings]
    assert np.mean(best) > 0.9


def test_promise_guesses_the_whole_score_from_the_first_features() -> None:
    random = np.random.default_rng(3)
    rows = random.normal(size=(60, 12, 3)).astype(np.float32)
    rows[:, :, 2] = rows[:, :, 0] / 2  # the last one, unseen, goes with the first
    listings = [fit.Listing(each, np.zeros(12, dtype=bool)) for each in rows]
    weights = np.array([1, -1, 4], dtype=np.float32)
    assert fit.fit_promise(listings, weights, 2) == pytest.approx([3, -1], abs=0.01)


def test_odds_are_calibrated() -> None:
    random = np.random.default_rng(2)
    rows = random.normal(size=(4000, 2)).astype(np.float32)
    truth = 1 / (1 + np.exp(-(1.5 * rows[:, 0] - 0.5)))
    right = random.random(4000) < truth
    weights, intercept = fit.fit_odds(rows, right, np.ones(4000, dtype=np.float32), l2=1e-4)
    assert weights == pytest.approx([1.5, 0.0], abs=0.15)
    assert intercept == pytest.approx(-0.5, abs=0.1)


def test_it_runs_on_the_shipped_articles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(rank, "WEIGHTS", dict(rank.WEIGHTS))
    gold = ROOT / "evals" / "gold" / "seeds.jsonl"
    command = ["fit", "--store", str(tmp_path), str(ROOT / "seeds"), str(gold)]
    monkeypatch.setattr("sys.argv", command)
    fit.main()
    printed = capsys.readouterr().out
    assert "# seeds, as asked: 63 + 18, auroc" in printed
    assert "# index/rank.py PROMISE" in printed
    for name in (*rank.WEIGHTS, "meaning", "votes", "no_such_kind"):
        assert f'"{name}": ' in printed
