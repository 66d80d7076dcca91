"""The fitting finds what was put in, and runs from end to end."""

import json
from pathlib import Path

import numpy as np
import pytest

from bot.extraction.weights import Weights, shipped_weights
from evals import fit
from evals.linear import Listing, fit_choice, fit_odds

ROOT = Path(__file__).parents[2]


def test_choice_finds_the_feature_that_tells() -> None:
    random = np.random.default_rng(1)
    listings = []
    for _ in range(60):
        rows = random.normal(size=(12, 3)).astype(np.float32)
        right = np.zeros(12, dtype=bool)
        right[np.argmax(2 * rows[:, 0] - rows[:, 1])] = True
        listings.append(Listing(rows, right))
    weights = fit_choice(listings)
    assert weights[0] > 0 > weights[1]
    assert abs(weights[2]) < min(weights[0], -weights[1]) / 2
    best = [np.argmax(x.rows @ weights) == np.argmax(x.right) for x in listings]
    assert np.mean(best) > 0.9


def test_odds_are_calibrated() -> None:
    random = np.random.default_rng(2)
    rows = random.normal(size=(4000, 2)).astype(np.float32)
    truth = 1 / (1 + np.exp(-(1.5 * rows[:, 0] - 0.5)))
    right = random.random(4000) < truth
    weights, intercept = fit_odds(rows, right, np.ones(4000, dtype=np.float32), l2=1e-4)
    assert weights == pytest.approx([1.5, 0.0], abs=0.15)
    assert intercept == pytest.approx(-0.5, abs=0.1)


def test_it_runs_on_the_shipped_articles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gold, out = ROOT / "evals" / "gold" / "seeds.jsonl", tmp_path / "weights.json"
    pairs = [str(ROOT / "seeds"), str(gold)]
    command = ["fit", "--store", str(tmp_path), "--out", str(out), "--questions", "20", *pairs]
    monkeypatch.setattr("sys.argv", command)
    fit.main()
    assert "seeds 20" in capsys.readouterr().out
    written = json.loads(out.read_text())
    assert len(written["fitted_on"]["seeds"]["gold"]) == 64
    weights, shipped = Weights.from_json(written), shipped_weights()
    for ours, theirs in ((weights, shipped), (weights.without_reader, shipped.without_reader)):
        assert ours.prefilter.weights.keys() == theirs.prefilter.weights.keys()
        assert ours.sentence.weights.keys() == theirs.sentence.weights.keys()
        assert ours.passage.weights.keys() == theirs.passage.weights.keys()
        assert ours.answerable.weights.keys() == theirs.answerable.weights.keys()
        assert 0 < ours.threshold < 1
