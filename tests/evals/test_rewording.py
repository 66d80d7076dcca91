"""A language model words a proposal; what it says is taken only where it holds good."""

import json
from collections.abc import Iterator

import pytest

from bot.config import Config
from bot.factory import language_model
from bot.llm.opening import prompts
from evals.gold.draft import Proposal
from evals.gold.rewording import reworded
from index.article import Article
from index.errors import ModelRefusedError
from tests.standins.openai_server import KEY, MODEL, OpenAIServer, delta, fails, running, says

SENTENCE = "The mayor, Ida Lund, closed the bridge on October 24 for 300 days."
BEFORE = "The storm came in the night. "
ARTICLE = Article("bridge.txt", "Bridge", f"{BEFORE * 400}{SENTENCE} {BEFORE * 400}")
PROPOSAL = Proposal("Who or what closed the bridge?", "Ida Lund", "bridge.txt", SENTENCE)


@pytest.fixture
def server(socket_enabled: None) -> Iterator[OpenAIServer]:
    with running() as server:
        yield server


async def worded(server: OpenAIServer, proposal: Proposal = PROPOSAL) -> Proposal:
    config = Config(chat_model=MODEL, openai_base_url=server.url, openai_api_key=KEY)
    async with language_model(config) as llm:
        assert llm
        return await reworded(proposal, ARTICLE, llm, prompts(config)["draft_question"])


async def test_a_good_question_is_taken(server: OpenAIServer) -> None:
    said = {"question": "Until when is the crossing shut, counted in days?", "answer": "300 days"}
    server.replies.append(says(json.dumps(said)))
    taken = await worded(server)
    assert (taken.question, taken.answer) == (said["question"], said["answer"])
    assert (taken.id, taken.source) == (PROPOSAL.id, PROPOSAL.source)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Who closed the bridge?", "Ada Lund"),  # stands nowhere
        ("Who closed the bridge?", "ida lund"),  # not as it stands
        ("What came in the night?", "storm"),  # in the article, but in another sentence
        ("How long is it closed?", "30"),  # a part of a word
        ("Did Ida Lund close the bridge?", "Ida Lund"),  # given away
        ("Name the mayor.", "Ida Lund"),
        ("Who closed the bridge?", ""),
        ("", "Ida Lund"),
        ("Who closed the bridge?", SENTENCE),
    ],
)
async def test_a_bad_one_is_not(server: OpenAIServer, question: str, answer: str) -> None:
    server.replies.append(says(json.dumps({"question": question, "answer": answer})))
    assert await worded(server) == PROPOSAL


async def test_a_reply_that_is_none_leaves_the_proposal(server: OpenAIServer) -> None:
    server.replies += [says("I would rather talk about boats."), delta(refusal="No.")]
    assert await worded(server) == PROPOSAL
    assert await worded(server) == PROPOSAL


async def test_a_model_that_is_not_there_is_an_error(server: OpenAIServer) -> None:
    server.fallback = lambda _: fails(401, "wrong key")
    with pytest.raises(ModelRefusedError):
        await worded(server)


async def test_a_question_without_an_answer_stays(server: OpenAIServer) -> None:
    without = Proposal("Who closed the tunnel?", "", "bridge.txt", SENTENCE)
    assert await worded(server, without) == without
    assert server.requests == []


async def test_a_long_article_is_shown_around_its_sentence(server: OpenAIServer) -> None:
    await worded(server)
    [request] = server.requests
    asked = request.body["messages"][-1]["content"]
    assert len(asked) < 3000
    assert asked.count(SENTENCE) == 2
    assert f"{BEFORE.strip()} {SENTENCE} {BEFORE.strip()}" in asked
