"""The weights of the linear models that choose and judge sentences.

They are in `weights.json`, which `python -m evals.fit --out` writes with what they were fitted on.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Linear:
    """A linear model over named features."""

    weights: Mapping[str, float]
    intercept: float = 0.0

    def scores(self, features: Mapping[str, Floats]) -> Floats:
        """Weigh columns of features, given by name. Shape `(n,)`."""
        columns = [np.asarray(features[name], dtype=np.float32) for name in self.weights]
        weights = np.array([*self.weights.values()], dtype=np.float32)
        return np.asarray(np.stack(columns, axis=-1) @ weights + np.float32(self.intercept))


@dataclass(frozen=True)
class Weights:
    """Every model that extraction uses.

    `prefilter` chooses the sentences to read, `sentence` orders them, `passage` orders passages
    and `answerable` says whether the best ones answer. The models in `unread` do the same where
    there is no reader. Below `threshold` the answer is declined.
    """

    prefilter: Linear
    sentence: Linear
    passage: Linear
    answerable: Linear
    threshold: float
    unread: "Weights | None" = None

    @property
    def without_reader(self) -> "Weights":
        """The models to use where no reader reads."""
        return self.unread or self

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> "Weights":
        """Make the weights of the object that `evals.fit` wrote."""
        models = {
            name: Linear(written[name]["weights"], written[name].get("intercept", 0.0))
            for name in ("prefilter", "sentence", "passage", "answerable")
        }
        unread = cls.from_json(written["unread"]) if "unread" in written else None
        return cls(**models, threshold=written["threshold"], unread=unread)

    @classmethod
    def read(cls, path: Path) -> "Weights":
        """Read the weights that `evals.fit` wrote to a file."""
        return cls.from_json(json.loads(path.read_text(encoding="utf-8")))


@lru_cache(maxsize=1)
def shipped_weights() -> Weights:
    """Read the weights that ship with Dateline."""
    return Weights.from_json(json.loads((files("bot.extraction") / "weights.json").read_text()))
