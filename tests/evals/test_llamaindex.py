"""The correctness evaluator over gold rows."""

import json
from pathlib import Path

import pytest
from llama_index.core.base.response.schema import Response
from llama_index.core.evaluation import BatchEvalRunner

from evals.gold.format import Gold
from evals.llamaindex import DatelineCorrectnessEvaluator
from index.errors import UsageError

LONG = "The harbour stays closed for six weeks because a crane sank in a storm and blocks it"
GOLD = [
    Gold("1", "How far does the lamp shine?", ("31 kilometres", "31 km"), (), "answerable"),
    Gold("2", "Who won in Lima?", (), (), "unanswerable"),
    Gold("3", "Why is the harbour closed?", (LONG,), (), "answerable"),
]


@pytest.mark.parametrize(
    ("question", "response", "score", "passing"),
    [
        ("How far  does the lamp shine?", "It shines 31 kilometres far [1].", 1.0, True),
        ("How far does the lamp shine?", "It shines 31 Km.", 1.0, True),
        ("How far does the lamp shine?", "It shines 131 kilometres.", 0.0, False),
        ("How far does the lamp shine?", "The passages do not mention the lamp.", 0.0, False),
        ("Who won in Lima?", "The articles do not mention a winner in Lima.", 1.0, True),
        ("Who won in Lima?", "Ada Lind won.", 0.0, False),
        ("Why is the harbour closed?", f"{LONG}. [1]", 1.0, True),
        ("Why is the harbour closed?", "Nobody knows.", 0.0, False),
    ],
)
def test_a_response_has_the_gold_answer_or_not(
    question: str, response: str, score: float, passing: bool
) -> None:
    told = DatelineCorrectnessEvaluator(GOLD).evaluate(question, response)
    assert told.score == pytest.approx(score, abs=0.1)
    assert told.passing is passing


def test_a_reference_is_the_gold_answer_and_an_unknown_query_is_invalid() -> None:
    evaluator = DatelineCorrectnessEvaluator()
    assert evaluator.evaluate("What?", "A bell.", reference="bell").passing
    told = evaluator.evaluate("What?", "A bell.")
    assert (told.invalid_result, told.passing) == (True, None)
    with pytest.raises(ValueError, match="must be given"):
        evaluator.evaluate("What?")


async def test_the_status_of_a_response_counts() -> None:
    evaluator = DatelineCorrectnessEvaluator(GOLD)
    near = Response("None. The nearest are: “31 kilometres”.", metadata={"status": "abstained"})
    assert (await evaluator.aevaluate_response("Who won in Lima?", near)).passing
    assert not (await evaluator.aevaluate_response(GOLD[0].question, near)).passing


async def test_gold_rows_of_a_file_are_evaluated_in_a_batch(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    row = {"id": "1", "question": "How far?", "answers": ["31 km"], "sources": []}
    path.write_text(json.dumps(row), encoding="utf-8")
    runner = BatchEvalRunner({"correct": DatelineCorrectnessEvaluator(path)})
    results = await runner.aevaluate_responses(["How far?"], [Response("31 km")])
    assert [result.passing for result in results["correct"]] == [True]
    with pytest.raises(UsageError, match="cannot read"):
        DatelineCorrectnessEvaluator(tmp_path / "none.jsonl")
