"""Whether LlamaIndex responses have the gold answers, without a language model."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from llama_index.core.base.response.schema import Response
from llama_index.core.evaluation import BaseEvaluator, EvaluationResult

from bot.answer import Status
from bot.verification.claims import Kind, claims
from evals.figures.metrics import answer_hit, has_strings, token_f1
from evals.gold.format import Gold, load_gold
from evals.run.runs import Record

LONG_ANSWER = 0.5
"""The F1 from which a response passes, where the gold answer is too long to be looked for."""


class DatelineCorrectnessEvaluator(BaseEvaluator):  # type: ignore[misc]  # any type
    """Compares responses with gold answers: those of the rows whose question is the query.

    `score` is 1 where a gold answer is in the response, or where a question without an
    answer is declined, else 0; for gold answers of more than 12 words it is the token F1 with the
    best of them. A `reference` given with a response is its gold answer. A query that is no gold
    question gives an invalid result.
    """

    def __init__(self, gold: str | Path | Iterable[Gold] = ()) -> None:
        """Read the gold questions of a file, or take those given.

        Raises UsageError where the file cannot be read.
        """
        rows = load_gold(Path(gold)) if isinstance(gold, str | Path) else [*gold]
        self._gold = {_key(row.question): row for row in reversed(rows)}

    def _get_prompts(self) -> dict[str, Any]:
        return {}

    def _update_prompts(self, prompts: dict[str, Any]) -> None:
        pass

    async def aevaluate(
        self,
        query: str | None = None,
        response: str | None = None,
        contexts: Sequence[str] | None = None,
        reference: str | None = None,
        status: str | None = None,
        **_: Any,
    ) -> EvaluationResult:
        """Compare a response with its gold answers; `status` says whether it declines."""
        if query is None or response is None:
            raise ValueError("query and response must be given")
        gold = self._gold.get(_key(query))
        if reference is not None:
            gold = Gold("reference", query, (reference,), (), "answerable")
        asked = {"query": query, "response": response, "contexts": contexts}
        if gold is None:
            reason = "no gold question is this query"
            return EvaluationResult(**asked, invalid_result=True, invalid_reason=reason)
        record = Record(gold, {"answer": response, "status": status or _status(response)})
        score, feedback = _compared(record)
        least = 1.0 if has_strings(gold) or not gold.has_answer else LONG_ANSWER
        return EvaluationResult(**asked, score=score, passing=score >= least, feedback=feedback)

    async def aevaluate_response(
        self, query: str | None = None, response: Response | None = None, **more: Any
    ) -> EvaluationResult:
        """Compare a response, whose metadata may say whether it declines."""
        status = ((response and response.metadata) or {}).get("status")
        return await super().aevaluate_response(query, response, **{"status": status, **more})


def _key(question: str) -> str:
    return " ".join(question.split())


def _status(response: str) -> str:
    """Whether a response of somebody else only says that there is no answer."""
    parts = [claim.kind for claim in claims(response, 0)]
    declines = bool(parts) and all(kind is Kind.ABSENCE for kind in parts)
    return Status.ABSTAINED.value if declines else Status.ANSWERED.value


def _compared(record: Record) -> tuple[float, str]:
    gold = record.gold
    if not gold.has_answer:
        return float(record.declined), "The gold row has no answer: it is to be declined."
    wanted = " / ".join(gold.answers)
    measured = answer_hit(record) if has_strings(gold) else token_f1(record)
    return (float(measured[0]) if measured else 0.0), f"Gold answer: {wanted}"
