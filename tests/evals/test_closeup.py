"""Which questions count as the worst, and what is said of them beside other runs."""

from pathlib import Path

from evals.gold.format import Gold
from evals.report.closeup import worst
from evals.report.outcome import Outcome
from evals.run.runs import Record, Run

PASSAGES = [{"source": "a", "text": "It rained."}, {"source": "a", "text": "It closed on Monday."}]


def record(name: str, kind: str, status: str, confidence: float, answer: str = "") -> Record:
    gold = Gold(name, "When?", ("Monday",) if kind == "answerable" else (), (), kind)
    said = {"id": name, "status": status, "answer": answer, "confidence": confidence}
    return Record(gold, {**said, "passages": PASSAGES})


def run(*records: Record) -> Run:
    return Run(Path("run.jsonl"), None, records)


def test_the_lost_come_first_and_the_surest_of_them() -> None:
    made = run(
        record("well, and sure", "answerable", "answered", 0.9, "Monday"),
        record("well, but unsure", "answerable", "answered", 0.5, "Monday"),
        record("ambiguous, declined", "underspecified", "abstained", 0.1),
        record("wrong, a little sure", "answerable", "answered", 0.6, "Tuesday"),
        record("declined, and sure", "answerable", "abstained", 0.2),
        record("wrong, and sure", "answerable", "answered", 0.9, "Tuesday"),
        record("rightly declined", "unanswerable", "abstained", 0.3),
    )
    assert [q.gold.id for q in worst({"A": made}, 6)] == [
        "wrong, and sure",
        "declined, and sure",
        "wrong, a little sure",
        "ambiguous, declined",
        "well, but unsure",
        "rightly declined",
    ]


def test_a_question_has_its_passages_and_the_verdicts_of_other_runs() -> None:
    wrong = record("1", "answerable", "answered", 0.9, "Tuesday")
    right = Record(wrong.gold, wrong.answer | {"answer": "Monday"})
    elsewhere = record("2", "answerable", "answered", 0.9, "Tuesday")
    question, alone = worst({"A": run(right), "B": run(elsewhere, wrong)}, 2)[::-1]
    assert (question.asked, question.found_at) == (1, [2])
    assert question.verdict.outcome is Outcome.NOT_SAID
    assert [(o.letter, o.outcome) for o in question.others] == [("A", Outcome.RIGHT)]
    assert question.others[0].said == [("Monday", "gold")]
    assert alone.others == []
