"""Where a question was lost: every step, and the good ends."""

from typing import Any

import pytest

from evals.gold.format import Gold
from evals.report.outcome import Outcome, outcome
from evals.run.runs import Record

HOLDS = [{"source": "a", "text": "It closed on Monday."}]
OTHER = [{"source": "b", "text": "Rain fell."}]
PROSE = "The bridge was closed on Monday because two of its many cables had rusted right through"


def record(kind: str, status: str, answers: list[str], **answer: Any) -> Record:
    gold = Gold("1", "When?", tuple(answers), ("a",) if answers else (), kind)
    return Record(gold, {"id": "1", "status": status, "answer": "", **answer})


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (record("answerable", "answered", ["Monday"], answer="On monday [1]"), Outcome.RIGHT),
        (record("partial", "partial", ["Monday"], answer="monday"), Outcome.RIGHT),
        (record("answerable", "answered", ["Monday"], passages=OTHER), Outcome.NOT_FOUND),
        (record("answerable", "abstained", ["Monday"], passages=OTHER), Outcome.NOT_FOUND),
        (record("answerable", "answered", ["Monday"]), Outcome.NOT_FOUND),
        (record("answerable", "answered", ["Monday"], passages=HOLDS), Outcome.NOT_SAID),
        (record("answerable", "abstained", ["Monday"], passages=HOLDS), Outcome.TOO_SHY),
        (record("answerable", "clarify", ["Monday"], passages=HOLDS), Outcome.TOO_SHY),
        (record("unanswerable", "answered", []), Outcome.TOO_BOLD),
        (record("unanswerable", "abstained", []), Outcome.DECLINED),
        (record("unanswerable", "clarify", []), Outcome.DECLINED),
        (record("underspecified", "clarify", ["Which?"]), Outcome.DECLINED),
        (record("underspecified", "abstained", []), Outcome.NOT_ASKED_BACK),
        (record("answerable", "answered", []), Outcome.NOT_JUDGED),
        # A long gold answer is not looked for: the sources decide.
        (record("answerable", "answered", [PROSE], citations=[{"source": "a"}]), Outcome.RIGHT),
        (record("answerable", "answered", [PROSE], passages=HOLDS), Outcome.NOT_SAID),
        (record("answerable", "answered", [PROSE], passages=OTHER), Outcome.NOT_FOUND),
    ],
)
def test_outcomes(found: Record, expected: Outcome) -> None:
    assert outcome(found) is expected


def test_what_went_well_or_is_unknown_is_not_lost() -> None:
    kept = [o for o in Outcome if not o.lost]
    assert kept == [Outcome.RIGHT, Outcome.DECLINED, Outcome.NOT_JUDGED]
