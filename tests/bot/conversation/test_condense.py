"""Follow-up questions worded anew by a language model, over the wire."""

import time
from collections.abc import AsyncIterator, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answer import Turn
from bot.config import Config
from bot.conversation import condense as module
from bot.conversation.condense import condense
from bot.factory import language_model
from bot.llm import LLM
from index.search.retriever import Query
from prompts import Prompts
from tests.standins.openai_server import KEY, MODEL, OpenAIServer, Scripted, fails, running, says

HISTORY = [
    Turn("user", "When did the Harrow bridge close?"),
    Turn("assistant", "A storm closed it on Monday, the mayor Ines Calder said. [1]"),
]
QUERY = Query("And when will she open it?", ("When did the Harrow bridge close?",))


@pytest.fixture
def server(socket_enabled: None) -> Iterator[OpenAIServer]:
    with running() as server:
        yield server


@pytest.fixture
async def llm(server: OpenAIServer) -> AsyncIterator[LLM]:
    config = Config(chat_model=MODEL, openai_base_url=server.url, openai_api_key=KEY)
    async with language_model(config) as model:
        assert model
        yield model


async def reworded(llm: LLM, history: list[Turn] = HISTORY) -> Query:
    return await condense(QUERY, history, llm, Prompts())


@pytest.mark.parametrize(
    "said",
    [
        "When will the mayor Ines Calder open the Harrow bridge?",
        "Question: “When will the mayor Ines Calder\nopen the Harrow bridge?”",
    ],
)
async def test_a_follow_up_is_worded_anew(llm: LLM, server: OpenAIServer, said: str) -> None:
    server.replies.append(says(said))
    query = await reworded(llm)
    assert query.text == "When will the mayor Ines Calder open the Harrow bridge?"
    assert query.context == QUERY.context
    given = server.requests[0].body["messages"][1]["content"]
    assert "user: When did the Harrow bridge close?" in given
    assert given.endswith("<last_question>\nAnd when will she open it?\n</last_question>")


@pytest.mark.parametrize(
    ("question", "rewording"),
    [
        ("And when will she open it?", "When is the opening of the Harrow bridge?"),
        ("Why?", "Why did a storm cause the closure of the Harrow bridge on Monday?"),
        ("What did she say about it?", "What did Ines Calder announce about the Harrow bridge?"),
        ("Tell me more", "Which further details are known about the storm at the Harrow bridge?"),
        ("How long?", "How long was the Harrow bridge closed?"),
        ("And what happened then?", "What happened after the storm at the Harrow bridge?"),
    ],
)
def test_a_good_rewording_may_use_other_forms_and_light_words(
    question: str, rewording: str
) -> None:
    assert module._may_stand_for(rewording, question, HISTORY)


@pytest.mark.parametrize(
    ("question", "rewording"),
    [
        ("And when will she open it?", "When will the mayor Ines Calder burn the Harrow bridge?"),
        ("Why?", "Why did the storm in Boston close the Harrow bridge?"),
        ("And in 2023?", "When did the Harrow bridge close in 2022?"),
        ("And the ferry?", "When did the Harrow bridge close?"),
    ],
)
def test_one_that_adds_or_drops_a_fact_may_not(question: str, rewording: str) -> None:
    assert not module._may_stand_for(rewording, question, HISTORY)


@pytest.mark.parametrize(
    "scripted",
    [
        says("When will Zorro open the Harrow bridge?"),  # nobody spoke of him
        says("When did the Harrow bridge close?"),  # another question
        says("Will the mayor Ines Calder open the Harrow bridge?"),  # no longer asks when
        says("The mayor will open it on Monday. " * 20),
        says("When will Ines Calder open", finish="length"),
        says("?"),
        fails(400),
    ],
)
async def test_else_it_stays_as_it_was(llm: LLM, server: OpenAIServer, scripted: Scripted) -> None:
    server.replies.append(scripted)
    assert await reworded(llm) == QUERY


async def test_a_slow_model_is_not_waited_for(
    llm: LLM, server: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SECONDS", 0.3)
    server.replies.append(says("When", then="hang", finish=None))
    began = time.monotonic()
    assert await reworded(llm) == QUERY
    assert time.monotonic() - began < 2
    assert server.requests[0].gone.wait(5)


async def test_of_a_long_conversation_the_end_is_shown(llm: LLM, server: OpenAIServer) -> None:
    old = [Turn("user", f"What of matter {n}? " + "Tell me all. " * 40) for n in range(90)]
    await reworded(llm, [*old, *HISTORY])
    given = server.requests[0].body["messages"][1]["content"]
    assert "Ines Calder" in given and "matter 89" in given and "matter 3?" not in given


@given(st.lists(st.text(max_size=80)), st.integers(0, 40))
def test_the_turns_shown_are_the_last_ones(said: list[str], tokens: int) -> None:
    turns = [Turn("user", text) for text in said]
    shown = module.newest(turns, tokens)
    assert shown == turns[len(turns) - len(shown) :]
