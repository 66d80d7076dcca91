"""The faithfulness evaluator: with a judge, without one, and in LlamaIndex's batch runner."""

import json
from typing import Any

import pytest
from llama_index.core.base.llms.types import CompletionResponse, LLMMetadata
from llama_index.core.bridge.pydantic import Field
from llama_index.core.evaluation import BatchEvalRunner
from llama_index.core.llms import CustomLLM, MockLLM

from bot.llamaindex import (
    DatelineFaithfulnessEvaluator,
    DatelineQueryEngine,
    DatelineSession,
)
from tests.standins import judge

CONTEXTS = [
    "The lighthouse of Sandholm got a new lamp on Thursday. It shines 31 kilometres far.",
    "The keeper, Ruth Amsel, said the old lamp had burned since 1968.",
]
RIGHT = "The lighthouse of Sandholm got a new lamp on Thursday [1]."
REWORDED = "The new light of the tower can be seen 31 kilometres away [1]."
WRONG = "The old lamp had burned since 1986, the keeper Ruth Amsel said [2]."


class Judging(CustomLLM):  # type: ignore[misc]
    """Knows the exam by heart, and supports what else it is given."""

    asked: list[str] = Field(default_factory=list)
    answers: bool = True

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(context_window=100_000, model_name="judge-1")

    def complete(self, prompt: str, formatted: bool = False, **more: Any) -> CompletionResponse:
        self.asked.append(prompt)
        if not self.answers:
            raise ConnectionError("away")
        given, _ = json.JSONDecoder().raw_decode(prompt[prompt.index('{\n "today"') :])
        body = {"messages": [{"content": ""}, {"content": json.dumps(given)}]}
        return CompletionResponse(text=judge.supports_all(body))

    def stream_complete(self, prompt: str, formatted: bool = False, **_: Any) -> Any:
        response = self.complete(prompt)
        response.delta = response.text
        yield response


def test_near_copies_are_supported_and_other_sentences_are_named() -> None:
    evaluator = DatelineFaithfulnessEvaluator()
    good = evaluator.evaluate(response=RIGHT, contexts=CONTEXTS)
    assert (good.score, good.passing) == (1.0, True)
    mixed = evaluator.evaluate(response=f"{RIGHT} {WRONG}", contexts=CONTEXTS)
    assert (mixed.score, mixed.passing) == (0.5, False)
    assert "Not supported: The old lamp had burned since 1986" in mixed.feedback
    assert "1986” is not in the passages cited" in mixed.feedback
    assert "No language model judged it" in mixed.feedback


@pytest.mark.parametrize(
    ("sentence", "passing"),
    [
        ("It shines 31 kilometres far.", True),
        ("It [the lamp] shines 31 kilometres far [1].", True),
        (RIGHT.replace("Thursday", "Thursday [2 May 2024]"), True),
        ("It [the new tower of Brunn] shines 31 kilometres far.", False),
        ("It shines 31 kilometres.", False),
    ],
)
def test_a_quote_with_notes_is_supported(sentence: str, passing: bool) -> None:
    told = DatelineFaithfulnessEvaluator().evaluate(response=sentence, contexts=CONTEXTS)
    assert told.passing is passing


def test_a_threshold_lets_some_sentences_pass() -> None:
    evaluator = DatelineFaithfulnessEvaluator(threshold=0.5)
    assert evaluator.evaluate(response=f"{RIGHT} {WRONG}", contexts=CONTEXTS).passing


async def test_a_judge_supports_other_words_but_no_other_figures() -> None:
    llm = Judging()
    evaluator = DatelineFaithfulnessEvaluator(llm)
    told = await evaluator.aevaluate("How far?", f"{REWORDED} {WRONG}", CONTEXTS)
    assert told.score == 0.5
    assert "1986" in told.feedback and "judged" not in told.feedback
    requests = len(llm.asked)
    assert (await evaluator.aevaluate("How far?", REWORDED, CONTEXTS)).passing
    assert len(llm.asked) == requests + 1  # the exam is held once


async def test_a_model_that_fails_the_exam_is_not_believed() -> None:
    evaluator = DatelineFaithfulnessEvaluator(MockLLM())
    told = await evaluator.aevaluate("How far?", REWORDED, CONTEXTS)
    assert not told.passing
    assert "failed the exam for judges" in told.feedback


async def test_a_judge_that_is_away_gives_an_invalid_result() -> None:
    told = await DatelineFaithfulnessEvaluator(Judging(answers=False)).aevaluate(
        "How far?", RIGHT, CONTEXTS
    )
    assert told.invalid_result and "ConnectionError: away" in told.invalid_reason
    assert told.passing is None


@pytest.mark.parametrize("response", ["", "The passages do not mention the keeper's age."])
def test_what_claims_nothing_passes(response: str) -> None:
    told = DatelineFaithfulnessEvaluator().evaluate(response=response, contexts=CONTEXTS)
    assert (told.score, told.passing) == (1.0, True)
    assert "claims nothing" in told.feedback


def test_without_contexts_nothing_is_supported() -> None:
    told = DatelineFaithfulnessEvaluator().evaluate(response=RIGHT, contexts=[])
    assert (told.score, told.passing) == (0.0, False)
    with pytest.raises(ValueError, match="must be given"):
        DatelineFaithfulnessEvaluator().evaluate(response=RIGHT)


async def test_a_batch_of_queries_is_evaluated(session: DatelineSession) -> None:
    runner = BatchEvalRunner({"faithful": DatelineFaithfulnessEvaluator()}, workers=2)
    queries = [
        "How far does the new lamp of the lighthouse shine?",
        "Who won the chess tournament in Lima?",
    ]
    results = await runner.aevaluate_queries(DatelineQueryEngine(session), queries=queries)
    found = {result.query: result for result in results["faithful"]}
    assert all(found[query].passing for query in queries)
    assert "claims nothing" in found[queries[1]].feedback
    assert json.dumps([result.model_dump() for result in results["faithful"]])
