"""How sure a figure is: bootstrap intervals and permutation tests over questions.

A statistic is a function of weights. Weights have a row for every resample and a column for
every question: how often it was drawn. The statistic gives one value a row, NaN where it is
undefined. So every figure, be it a mean or an area under a curve, is resampled in the same
way, and all resamples at once. It knows nothing of what is measured.
"""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Statistic = Callable[[Numbers], Numbers]

RESAMPLES = 1_000
PERMUTATIONS = 4_999
LEVEL = 95
"""Of the interval, in percent."""
SEED = 20_241_024
_AT_ONCE = 1_000_000
"""Weights held in memory at a time."""


def value_of(statistic: Statistic, questions: int) -> float:
    """The statistic of the questions as they are."""
    return float(_quietly(statistic, np.ones((1, questions)))[0])


def interval(statistic: Statistic, questions: int) -> tuple[float, float]:
    """The percentile interval of the statistic over resampled questions.

    Resamples in which it is undefined, such as those without any question of a class, are
    left out.
    """
    values = np.concatenate([_quietly(statistic, w) for w in resamples(questions)])
    return percentiles(values)


def percentiles(values: Numbers) -> tuple[float, float]:
    """The ends of the interval of resampled values."""
    tail = (100 - LEVEL) / 2
    low, high = np.nanpercentile(values, [tail, 100 - tail])
    return float(low), float(high)


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


def paired_difference(statistic: Statistic, questions: int) -> tuple[float, float, float, float]:
    """B less A, its interval, and the p-value of a paired permutation test.

    `statistic` takes the weights of A's answers and then, in the same order, of B's. The test
    asks how often a difference this large would come from answers that change sides at random.
    """

    def difference(a: Numbers, b: Numbers) -> Numbers:
        of_a, of_b = np.hstack([a, np.zeros_like(a)]), np.hstack([np.zeros_like(b), b])
        return _quietly(statistic, of_b) - _quietly(statistic, of_a)

    found = float(difference(np.ones((1, questions)), np.ones((1, questions)))[0])
    drawn = np.concatenate([difference(w, w) for w in resamples(questions)])

    def swapped(swap: Numbers) -> Numbers:
        one, two = np.hstack([1 - swap, swap]), np.hstack([swap, 1 - swap])
        return _quietly(statistic, two) - _quietly(statistic, one)

    shuffled = np.concatenate([swapped(s) for s in swaps(questions)])
    shuffled = shuffled[~np.isnan(shuffled)]
    as_large = np.sum(np.abs(shuffled) >= abs(found) - 1e-12)
    return found, *percentiles(drawn), float((as_large + 1) / (len(shuffled) + 1))


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
        return values[order][first]

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
