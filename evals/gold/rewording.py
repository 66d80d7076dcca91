"""A language model's question in place of a proposed one, where it holds good.

What the model says is taken only when its answer is in the sentence that the proposal is
made from, word for word, and its question does not give the answer away. It knows no terminal.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import replace

from bot.config import Config
from bot.factory import language_model
from bot.llm import LLM, Message
from bot.llm.opening import prompts
from evals.gold.draft import Proposal
from evals.gold.strings import SHORT, flatten
from index.article import Article
from index.errors import MalformedReplyError, RefusalError
from prompts import Prompt

MAX_TOKENS = 200
AROUND = 600
"""Characters of the article before and after the sentence: enough to say who is meant."""
SCHEMA = {
    "type": "object",
    "properties": {"question": {"type": "string"}, "answer": {"type": "string"}},
    "required": ["question", "answer"],
    "additionalProperties": False,
}


@contextmanager
def worded(
    config: Config, proposed: Iterable[Proposal], articles: Mapping[str, Article]
) -> Iterator[Iterator[Proposal]]:
    """The proposals, worded by the language model of the settings where there is one.

    Each is worded when it is asked for. `articles` are by source.
    """
    stack = AsyncExitStack()
    with asyncio.Runner() as runner:
        model = runner.run(stack.enter_async_context(language_model(config)))
        try:
            if model is None:
                yield iter(proposed)
            else:
                prompt = prompts(config)["draft_question"]
                yield (runner.run(reworded(p, articles[p.source], model, prompt)) for p in proposed)
        finally:
            runner.run(stack.aclose())


async def reworded(proposal: Proposal, article: Article, llm: LLM, prompt: Prompt) -> Proposal:
    """The model's question about the same sentence; the proposal itself where that is no good.

    A proposal without an answer stays as it is. Raises ModelError when the model is not there.
    """
    if not proposal.answer:
        return proposal
    start = max(0, article.text.find(proposal.sentence) - AROUND)
    filled = prompt.fill(
        title=article.title,
        passage=article.text[start : start + len(proposal.sentence) + 2 * AROUND],
        sentence=proposal.sentence,
        answer=proposal.answer,
    )
    try:
        said = await llm.complete([Message("user", filled)], max_tokens=MAX_TOKENS, schema=SCHEMA)
    except (MalformedReplyError, RefusalError):
        return proposal
    data = said.data or {}
    question, answer = (str(data.get(key, "")).strip() for key in ("question", "answer"))
    if not _holds(question, answer, proposal.sentence):
        return proposal
    return replace(proposal, question=question, answer=answer)


def _holds(question: str, answer: str, sentence: str) -> bool:
    return (
        question.endswith("?")
        and "\n" not in question
        and 0 < len(answer.split()) <= SHORT
        and answer in sentence
        and flatten(answer) in flatten(sentence)  # and not in the middle of a word
        and flatten(answer) not in flatten(question)
    )
