"""What became of a question: right, or at which step its answer was lost.

It judges one record by its gold and knows no figure. Where no gold answer is short enough to be
looked for as a string, the gold sources decide.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from bot.answer import Status
from evals.figures.metrics import has_strings, holds_gold
from evals.gold.format import Gold
from evals.run.runs import Record


class Outcome(StrEnum):
    """What became of a question; in the order of the steps, the good ends first."""

    meaning: str

    def __new__(cls, value: str, meaning: str) -> "Outcome":
        """A member that carries what it means."""
        member = str.__new__(cls, value)
        member._value_, member.meaning = value, meaning
        return member

    RIGHT = "right", "a gold answer was given, or where all are long, a gold source cited"
    DECLINED = "rightly not answered", "unanswerable and declined, or ambiguous and asked back"
    NOT_FOUND = "not found", "what was asked for is in no passage that was retrieved"
    NOT_SAID = "found, not said", "retrieved and answered, but the answer says something else"
    TOO_SHY = "found, but declined", "retrieved, but the question was declined"
    TOO_BOLD = "answered, though unanswerable", "the articles hold no answer"
    NOT_ASKED_BACK = "not asked back", "more than one reading, and Dateline did not ask which"
    NOT_JUDGED = "not judged", "the gold has neither a short answer nor sources to judge by"

    @property
    def lost(self) -> bool:
        """Whether the question was lost."""
        return self not in (Outcome.RIGHT, Outcome.DECLINED, Outcome.NOT_JUDGED)

    @property
    def part(self) -> int:
        """Its place in the order, from 1."""
        return list(Outcome).index(self) + 1


def outcome(record: Record) -> Outcome:
    """What became of this question."""
    if record.gold.kind == "underspecified":
        asked = record.answer["status"] == Status.CLARIFY
        return Outcome.DECLINED if asked else Outcome.NOT_ASKED_BACK
    if not record.gold.has_answer:
        return Outcome.TOO_BOLD if record.said else Outcome.DECLINED
    if not has_strings(record.gold) and not record.gold.sources:
        return Outcome.NOT_JUDGED
    if record.said and _is_right(record):
        return Outcome.RIGHT
    if not any(holds(record.gold, passage) for passage in record.answer.get("passages", ())):
        return Outcome.NOT_FOUND
    return Outcome.NOT_SAID if record.said else Outcome.TOO_SHY


def holds(gold: Gold, passage: Mapping[str, Any]) -> bool:
    """Whether a passage holds what was to be found: a gold string, or else a gold source."""
    if has_strings(gold):
        return holds_gold(gold, passage["text"])
    return passage["source"] in gold.sources


def _is_right(record: Record) -> bool:
    if has_strings(record.gold):
        return holds_gold(record.gold, record.answer["answer"])
    return any(c["source"] in record.gold.sources for c in record.answer.get("citations", ()))
