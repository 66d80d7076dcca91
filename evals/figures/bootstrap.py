"""How sure a figure is: bootstrap intervals and permutation tests over questions.

A statistic is a function of weights. Weights have a row for every resample and a column for every
question: how often it was drawn. The statistic gives one value a row, NaN where it is undefined.
So every figure, be it a mean or an area under a curve, is resampled in the same way, and all
resamples at once.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Statistic = Callable[[Numbers], Numbers]

RESAMPLES = 1_000
PERMUTATIONS = 1_999
LEVEL = 95
"""Of the interval, in percent."""
SEED = 20_241_024
_DECIMALS = 12
_AT_ONCE = 1_000_000
"""Weights held in memory at a time."""


def value_of(statistic: Statistic, questions: int) -> float:
    """The statistic of the questions as they are."""
    return float(_quietly(statistic, np.ones((1, questions)))[0])


def intervals(
    statistics: Mapping[str, Statistic], questions: int
) -> dict[str, tuple[float, float]]:
    """The percentile intervals of statistics over resampled questions.

    Resamples in which one is undefined, such as those without any question of a class, are
    left out of its interval.
    """
    drawn = _values(statistics, resamples(questions))
    return {name: _percentiles(values) for name, values in drawn.items()}


def resamples(questions: int) -> Iterator[Numbers]:
    """How often each question is drawn, for every resample; the same for the same number."""
    random = np.random.default_rng(SEED)
    for rows in _batches(RESAMPLES, questions):
        drawn = random.integers(questions, size=(rows, questions))
        drawn += questions * np.arange(rows)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=rows * questions)
        yield counts.reshape(rows, questions).astype(float)


def swaps(questions: int) -> Iterator[Numbers]:
    """For every permutation, 1 where a question's two answers change sides and 0 elsewhere."""
    random = np.random.default_rng(SEED)
    for rows in _batches(PERMUTATIONS, questions):
        yield random.integers(2, size=(rows, questions)).astype(float)


class Paired(NamedTuple):
    """A statistic of A's and of B's answers, B less A with its interval, and the p-value."""

    a: float
    b: float
    difference: float
    low: float
    high: float
    p: float


def paired(statistics: Mapping[str, Statistic], questions: int) -> dict[str, Paired]:
    """Compare two answers to the same questions; what either side leaves undefined is left out.

    A statistic takes the weights of A's answers and then, in the same order, of B's. The test
    asks how often a difference this large would come from answers that change sides at random.
    """
    one = np.ones((1, questions))
    of_a, of_b = _values(statistics, [_only_a(one)]), _values(statistics, [_only_b(one)])
    known = {
        name: statistic
        for name, statistic in statistics.items()
        if not np.isnan([*of_a[name], *of_b[name]]).any()
    }
    drawn = _differences(known, ((_only_a(w), _only_b(w)) for w in resamples(questions)))
    swapped = _differences(
        known, ((np.hstack([1 - s, s]), np.hstack([s, 1 - s])) for s in swaps(questions))
    )
    found = {}
    for name in known:
        a, b = float(of_a[name][0]), float(of_b[name][0])
        difference = round(b - a, _DECIMALS) + 0.0  # not -0.0
        shuffled = np.abs(swapped[name][~np.isnan(swapped[name])])
        p = float((np.sum(shuffled >= abs(difference)) + 1) / (len(shuffled) + 1))
        found[name] = Paired(a, b, difference, *_percentiles(drawn[name]), p)
    return found


def _differences(
    statistics: Mapping[str, Statistic], sides: Iterable[tuple[Numbers, Numbers]]
) -> dict[str, Numbers]:
    """B less A for every pair of weights; without the noise of adding in another order."""
    columns: dict[str, list[Numbers]] = {name: [] for name in statistics}
    for a, b in sides:
        of_a, of_b = _values(statistics, [a]), _values(statistics, [b])
        for name, column in columns.items():
            column.append(np.round(of_b[name] - of_a[name], _DECIMALS) + 0.0)
    return {name: np.concatenate(column) for name, column in columns.items()}


def _only_a(weights: Numbers) -> Numbers:
    return np.hstack([weights, np.zeros_like(weights)])


def _only_b(weights: Numbers) -> Numbers:
    return np.hstack([np.zeros_like(weights), weights])


def _values(statistics: Mapping[str, Statistic], weights: Iterable[Numbers]) -> dict[str, Numbers]:
    """The value of every statistic for every row of weights."""
    columns: dict[str, list[Numbers]] = {name: [] for name in statistics}
    for rows in weights:
        for name, statistic in statistics.items():
            columns[name].append(_quietly(statistic, rows))
    return {name: np.concatenate(column) for name, column in columns.items()}


def _percentiles(values: Numbers) -> tuple[float, float]:
    tail = (100 - LEVEL) / 2
    low, high = np.nanpercentile(values, [tail, 100 - tail])
    return float(low), float(high)


def _batches(rows: int, questions: int) -> Iterator[int]:
    size = max(1, _AT_ONCE // questions)
    for start in range(0, rows, size):
        yield min(size, rows - start)


def _quietly(statistic: Statistic, weights: Numbers) -> Numbers:
    with np.errstate(divide="ignore", invalid="ignore"):
        return statistic(weights)


# Statistics


def ratio(amount: Numbers, of: Numbers) -> Statistic:
    """The sum of `amount` over the sum of `of`: a mean where every `of` is 1."""
    return lambda weights: (weights @ amount) / (weights @ of)


def quantile(values: Numbers, share: float) -> Statistic:
    """The smallest value that more than `share` of the questions do not exceed."""
    order = np.argsort(values)

    def statistic(weights: Numbers) -> Numbers:
        seen = weights[:, order].cumsum(axis=1)
        first = (seen > share * seen[:, -1:]).argmax(axis=1)
        found: Numbers = values[order][first]
        return found

    return statistic


def auroc(confidence: Numbers, holds: NDArray[np.bool_]) -> Statistic:
    """How often a question with an answer has more confidence than one without; a tie is half."""

    def statistic(weights: Numbers) -> Numbers:
        yes, no = (_by_confidence(weights, confidence, among) for among in (holds, ~holds))
        more = no.cumsum(axis=1) - no / 2
        won: Numbers = (yes * more).sum(axis=1) / (yes.sum(axis=1) * no.sum(axis=1))
        return won

    return statistic


def aurc(confidence: Numbers, holds: NDArray[np.bool_]) -> Statistic:
    """The mean risk over all coverages: the area under the risk-coverage curve."""

    def statistic(weights: Numbers) -> Numbers:
        coverage, risk, drawn = _risk(weights, confidence, holds)
        area: Numbers = (np.nan_to_num(risk) * drawn).sum(axis=1) / coverage[:, -1]
        return area

    return statistic


def risk_coverage(
    confidence: Numbers, holds: NDArray[np.bool_]
) -> tuple[Numbers, Numbers, Numbers]:
    """The curve: confidences, most first; the share of questions with as much, and of those
    the share that the articles hold no answer to."""
    coverage, risk, _ = _risk(np.ones((1, len(confidence))), confidence, holds)
    return np.unique(confidence)[::-1], coverage[0] / coverage[0, -1], risk[0]


def calibration_error(confidence: Numbers, holds: NDArray[np.bool_], bins: int) -> Statistic:
    """The expected calibration error: how far confidence is from the share with an answer, over
    `bins` of equal width, each weighing as many questions as it holds."""
    member = np.eye(bins)[bin_of(confidence, bins)]
    gap = member * (confidence - holds)[:, None]

    def statistic(weights: Numbers) -> Numbers:
        error: Numbers = np.abs(weights @ gap).sum(axis=1) / weights.sum(axis=1)
        return error

    return statistic


def bin_of(confidence: Numbers, bins: int) -> NDArray[np.intp]:
    """Which of `bins` of equal width each confidence falls into; 1 falls into the last."""
    return np.minimum((confidence * bins).astype(np.intp), bins - 1)


def _risk(
    weights: Numbers, confidence: Numbers, holds: NDArray[np.bool_]
) -> tuple[Numbers, Numbers, Numbers]:
    """Questions covered, the share without an answer among them, and those newly covered, by
    confidence from the highest."""
    drawn = _by_confidence(weights, -confidence, np.ones_like(holds))
    wrong = _by_confidence(weights, -confidence, ~holds)
    coverage = drawn.cumsum(axis=1)
    with np.errstate(invalid="ignore"):
        return coverage, wrong.cumsum(axis=1) / coverage, drawn


def _by_confidence(weights: Numbers, confidence: Numbers, among: NDArray[np.bool_]) -> Numbers:
    """The weight of the questions `among` at every confidence, from the lowest."""
    order = np.argsort(confidence, kind="stable")
    starts = np.flatnonzero(np.diff(confidence[order], prepend=-np.inf))
    return np.add.reduceat((weights * among)[:, order], starts, axis=1)
