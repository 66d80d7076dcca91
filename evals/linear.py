"""Fits linear models, with NumPy only: a choice among rows, and the odds of an outcome."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float32]
Marks = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Listing:
    """One question's rows to choose among, and which of them are right."""

    rows: Rows
    right: Marks


def fit_choice(listings: Sequence[Listing], l2: float = 1e-3, steps: int = 400) -> Rows:
    """Weights that make the softmax over each listing's rows put its mass on the right ones.

    Full-batch Adam on the log-likelihood of the right set, features standardised meanwhile.
    """
    used = [x for x in listings if x.right.any() and not x.right.all()]
    every = np.concatenate([x.rows for x in used])
    scale = every.std(axis=0) + 1e-6
    weights = np.zeros(every.shape[1])
    mean, square = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, steps + 1):
        slope = -l2 * weights
        for x in used:
            rows = x.rows / scale
            chance = _softmax(rows @ weights)
            right = np.where(x.right, chance, 0.0)
            slope += rows.T @ (right / right.sum() - chance) / len(used)
        mean = 0.9 * mean + 0.1 * slope
        square = 0.99 * square + 0.01 * slope**2
        weights += 0.05 * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
    return np.asarray(weights / scale, dtype=np.float32)


def fit_odds(
    rows: Rows, right: Marks, weight: Rows, l2: float = 0.05, steps: int = 60
) -> tuple[Rows, float]:
    """Logistic regression by Newton's method: weights and intercept. `weight` counts each row."""
    mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    x = np.hstack([(rows - mean) / scale, np.ones((len(rows), 1))])
    beta = np.zeros(x.shape[1])
    ridge = l2 * weight.sum() * np.diag([1.0] * (x.shape[1] - 1) + [0.0])
    for _ in range(steps):
        chance = 1 / (1 + np.exp(-(x @ beta)))
        slope = x.T @ (weight * (right - chance)) - ridge @ beta
        curve = (x * (weight * chance * (1 - chance))[:, None]).T @ x + ridge
        beta += np.linalg.solve(curve + 1e-9 * np.eye(len(beta)), slope)
    weights = beta[:-1] / scale
    return np.asarray(weights, dtype=np.float32), float(beta[-1] - mean @ weights)


def _softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(scores - scores.max())
    return np.asarray(powers / powers.sum())
