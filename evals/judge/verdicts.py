"""What a judge's verdicts add up to, and whether they mean anything.

It knows no language model. Verdicts that cannot tell a fitting answer from a mismatched one are
an error, never a figure.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean, pstdev
from typing import Any

import numpy as np

from bot.llm import Price, Usage
from evals.figures.bootstrap import intervals
from evals.figures.metrics import METRICS
from evals.figures.score import Figure
from evals.judge.judge import NEGATIVE, POSITIVE, Verdict
from evals.run.runs import Run
from index.errors import DatelineError

COMPARED = {"correctness": "answer_hit", "faithfulness": "citation_support"}
"""The deterministic metric that each is held against."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often the judge and a deterministic metric say the same of `n` questions.

    `kappa` is Cohen's; None where it is undefined, because one of them always says the same.
    """

    metric: str
    n: int
    share: float
    kappa: float | None


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found of one aspect.

    `share` is how much passed, a question counting by the share of its repeats that did;
    `repeats` the share that passed in each repeat, `spread` their standard deviation, and
    `unanimous` the share of questions of which all repeats said the same. `controls` is the
    share of mismatched answers that were found out; None where there was none.
    """

    share: Figure
    repeats: tuple[float, ...]
    spread: float
    unanimous: float
    controls: float | None
    agreement: Agreement | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a judge found in a run, and what that took; `cost` is in dollars."""

    judge: Mapping[str, Any]
    aspects: Mapping[str, Judged]
    usage: Usage
    cost: float | None

    def as_json(self) -> dict[str, Any]:
        """As `--json` prints it."""
        return asdict(self)


def judgement(
    run: Run, judge: Mapping[str, Any], verdicts: Sequence[Verdict], price: Price | None
) -> Judgement:
    """The figures of all verdicts on a run; DatelineError when they mean nothing."""
    aspects = {}
    for aspect in POSITIVE:
        if given := [v for v in verdicts if v.aspect == aspect]:
            _check_sense(str(judge["model"]), aspect, given)
            aspects[aspect] = _judged(run, aspect, given)
    spent = (Usage(1, v.prompt_tokens, v.completion_tokens) for v in verdicts)
    usage = sum(spent, Usage())
    return Judgement(judge, aspects, usage, usage.cost(price) if price else None)


def _check_sense(model: str, aspect: str, given: Sequence[Verdict]) -> None:
    said = {v.passed for v in given}
    if len(said) == 1:
        word = (POSITIVE if said.pop() else NEGATIVE)[aspect]
        raise DatelineError(
            f"{model} calls everything {word}, answers to other questions included: as a judge of "
            f"{aspect} it is worth nothing; choose another CHAT_MODEL"
        )
    controls = [v.passed for v in given if v.control]
    if controls and fmean(controls) > 0.5:
        raise DatelineError(
            f"{model} lets {sum(controls)} of {len(controls)} mismatched answers pass: as a judge "
            f"of {aspect} it is worth nothing; choose another CHAT_MODEL"
        )


def _judged(run: Run, aspect: str, given: Sequence[Verdict]) -> Judged:
    real = [v for v in given if not v.control]
    shares = {number: fmean(v.passed for v in of) for number, of in _by_question(real)}
    repeats = sorted({v.repeat for v in real})
    each = tuple(fmean(v.passed for v in real if v.repeat == r) for r in repeats)
    controls = [not v.passed for v in given if v.control]
    return Judged(
        share=_figure([*shares.values()]),
        repeats=each,
        spread=pstdev(each),
        unanimous=fmean(share in (0, 1) for share in shares.values()),
        controls=fmean(controls) if controls else None,
        agreement=_agreement(run, COMPARED[aspect], shares),
    )


def _by_question(real: Sequence[Verdict]) -> Iterator[tuple[int, list[Verdict]]]:
    found = defaultdict(list)
    for verdict in real:
        found[verdict.number].append(verdict)
    yield from sorted(found.items())


def _figure(shares: Sequence[float]) -> Figure:
    values = np.array(shares)
    ends = intervals({"": lambda weights: (weights @ values) / weights.sum(axis=1)}, len(values))
    return Figure(float(values.mean()), *ends[""], len(values))


def _agreement(run: Run, metric: str, shares: Mapping[int, float]) -> Agreement | None:
    """Of the questions that the metric applies to; more than half of the repeats decide."""
    pairs = []
    for number, share in shares.items():
        measured = METRICS[metric](run.records[number])
        if measured and measured[1]:
            pairs.append((share > 0.5, measured[0] == measured[1]))
    if not pairs:
        return None
    judge, other = (fmean(side) for side in zip(*pairs, strict=True))
    share = fmean(a == b for a, b in pairs)
    by_chance = judge * other + (1 - judge) * (1 - other)
    defined = not math.isclose(by_chance, 1)
    kappa = (share - by_chance) / (1 - by_chance) if defined else None
    return Agreement(metric, len(pairs), share, kappa)
