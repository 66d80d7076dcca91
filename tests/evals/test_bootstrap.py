"""Statistics are what a loop would find, weights are repetitions, and intervals hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.figures.bootstrap import (
    Numbers,
    Statistic,
    aurc,
    auroc,
    calibration_error,
    intervals,
    paired,
    quantile,
    ratio,
    risk_coverage,
    value_of,
)

Answers = list[tuple[float, bool]]

answers = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.55, 0.9, 1.0]), st.booleans()),
    min_size=2,
    max_size=30,
).filter(lambda rows: len({holds for _, holds in rows}) == 2)


def columns(rows: Answers) -> tuple[Numbers, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    return np.array([c for c, _ in rows]), np.array([h for _, h in rows], dtype=bool)


def of(statistic: Statistic, rows: Answers) -> float:
    return value_of(statistic, len(rows))


@given(answers)
def test_auroc_counts_pairs(rows: Answers) -> None:
    yes, no = [c for c, h in rows if h], [c for c, h in rows if not h]
    pairs = [(a > b) + 0.5 * (a == b) for a in yes for b in no]
    assert of(auroc(*columns(rows)), rows) == pytest.approx(sum(pairs) / len(pairs))


@given(answers)
def test_aurc_is_the_mean_risk(rows: Answers) -> None:
    risks = []
    for confidence, _ in rows:
        covered = [h for c, h in rows if c >= confidence]
        risks.append(covered.count(False) / len(covered))
    assert of(aurc(*columns(rows)), rows) == pytest.approx(sum(risks) / len(risks))


@given(answers)
def test_the_curve_ends_with_everything_covered(rows: Answers) -> None:
    confidences, coverage, risk = risk_coverage(*columns(rows))
    assert list(confidences) == sorted({c for c, _ in rows}, reverse=True)
    assert (np.diff(coverage) > 0).all()
    assert coverage[-1] == 1
    assert risk[-1] == pytest.approx([h for _, h in rows].count(False) / len(rows))


@given(answers)
def test_calibration_error_by_bins(rows: Answers) -> None:
    bins: dict[int, list[tuple[float, bool]]] = {}
    for c, h in rows:
        bins.setdefault(min(int(c * 10), 9), []).append((c, h))
    gaps = [abs(sum(c for c, _ in b) - sum(h for _, h in b)) for b in bins.values()]
    assert of(calibration_error(*columns(rows), 10), rows) == pytest.approx(sum(gaps) / len(rows))


@given(st.lists(st.floats(0, 100), min_size=1, max_size=50), st.sampled_from([0.5, 0.99]))
def test_a_quantile_stands_in_the_sorted_list(seconds: list[float], share: float) -> None:
    found = value_of(quantile(np.array(seconds), share), len(seconds))
    assert found == sorted(seconds)[int(share * len(seconds))]


@given(answers, st.data())
def test_a_weight_is_a_repetition(rows: Answers, data: st.DataObject) -> None:
    weights = data.draw(st.lists(st.integers(0, 3), min_size=len(rows), max_size=len(rows)))
    repeated = [row for row, weight in zip(rows, weights, strict=True) for _ in range(weight)]
    if len({holds for _, holds in repeated}) < 2:
        return
    weighted = np.array([weights], dtype=float)
    confidence, holds = columns(rows)
    again, held = columns(repeated)
    for one, two in (
        (auroc(confidence, holds), auroc(again, held)),
        (aurc(confidence, holds), aurc(again, held)),
        (calibration_error(confidence, holds, 10), calibration_error(again, held, 10)),
        (quantile(confidence, 0.5), quantile(again, 0.5)),
        (ratio(confidence, holds.astype(float)), ratio(again, held.astype(float))),
    ):
        assert one(weighted)[0] == pytest.approx(value_of(two, len(repeated)))


def test_an_interval_is_as_wide_as_theory_says() -> None:
    hits = np.array([1.0] * 60 + [0.0] * 140)
    [(low, high)] = intervals({"hit": ratio(hits, np.ones(200))}, 200).values()
    wide = 1.96 * (0.3 * 0.7 / 200) ** 0.5
    assert low == pytest.approx(0.3 - wide, abs=0.012)
    assert high == pytest.approx(0.3 + wide, abs=0.012)


def test_intervals_are_the_same_every_time_and_survive_rare_classes() -> None:
    confidence, holds = np.linspace(0, 1, 20), np.arange(20) > 0
    statistic = {"auroc": auroc(confidence, holds)}
    assert intervals(statistic, 20) == intervals(statistic, 20)
    assert np.isfinite(list(intervals(statistic, 20).values())).all()


def two_runs(a: list[float], b: list[float]) -> dict[str, Statistic]:
    return {"hit": ratio(np.array(a + b), np.ones(len(a + b)))}


def test_a_clear_difference_is_told_from_none() -> None:
    some, most = [1.0] * 30 + [0.0] * 70, [1.0] * 55 + [0.0] * 45
    better = paired(two_runs(some, most), 100)["hit"]
    assert (better.a, better.b, better.difference) == (0.3, 0.55, 0.25)
    assert 0.15 < better.low < 0.25 < better.high < 0.35
    assert better.p < 0.001
    worse = paired(two_runs(most, some), 100)["hit"]
    assert (worse.difference, worse.p) == (-0.25, better.p)
    same = paired(two_runs(some, some), 100)["hit"]
    assert (same.difference, same.low, same.high, same.p) == (0, 0, 0, 1)


def test_the_p_value_is_that_of_the_sign_test() -> None:
    # Six answers got better and none worse: by chance 2 of 64 ways are as one-sided.
    found = paired(two_runs([0.0] * 50, [1.0] * 6 + [0.0] * 44), 50)["hit"]
    assert found.p == pytest.approx(2 / 64, abs=0.012)


def test_what_one_side_lacks_is_left_out() -> None:
    lacking = ratio(np.array([1.0, 1.0, 0.0, 0.0]), np.array([1.0, 1.0, 0.0, 0.0]))
    assert paired({"declined": lacking}, 2) == {}
