"""The query and chat engines in the parts of LlamaIndex that use engines."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncGenerator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from llama_index.core.agent.workflow import FunctionAgent, ReActAgent
from llama_index.core.base.llms.types import (
    ChatMessage,
    CompletionResponse,
    LLMMetadata,
    ToolCallBlock,
)
from llama_index.core.base.response.schema import (
    AsyncStreamingResponse,
    Response,
    StreamingResponse,
)
from llama_index.core.bridge.pydantic import Field
from llama_index.core.instrumentation import get_dispatcher
from llama_index.core.instrumentation.event_handlers import BaseEventHandler
from llama_index.core.instrumentation.events import BaseEvent
from llama_index.core.llms import CustomLLM, MockLLM
from llama_index.core.llms.mock import MockFunctionCallingLLM
from llama_index.core.memory import ChatMemoryBuffer
from llama_index.core.query_engine import RouterQueryEngine
from llama_index.core.schema import NodeRelationship
from llama_index.core.selectors import LLMSingleSelector
from llama_index.core.storage.chat_store import SimpleChatStore
from llama_index.core.tools import QueryEngineTool

from bot.answer import Answer, Draft, Option, Status, Turn
from bot.llamaindex import DatelineChatEngine, DatelineQueryEngine, DatelineSession
from index.errors import UsageError
from tests.standins.openai_server import KEY, MODEL, OpenAIServer, says

QUESTION = "How far does the new lamp of the lighthouse shine?"
FACT = "It shines 31 kilometres far."
FAR = " far [1]."
UNKNOWN = "Who won the chess tournament in Lima?"


class Scripted:
    """An answerer that writes a draft, and then asks back."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, tuple[Turn, ...], date | None]] = []

    async def stream(
        self, question: str, history: Sequence[Turn] = (), as_of: date | None = None
    ) -> AsyncGenerator[Draft | Answer]:
        self.asked.append((question, tuple(history), as_of))
        yield Draft("Which ")
        yield Draft("lamp?")
        options = (Option("Old lamp", "a"), Option("New lamp", "b"))
        yield Answer(Status.CLARIFY, "Which lamp do you mean?", 0.25, question, options=options)


class Thinker(CustomLLM):  # type: ignore[misc]
    """Says its lines in turn, as a ReAct agent's model would."""

    lines: list[str]
    prompts: list[str] = Field(default_factory=list)

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(context_window=8000, model_name="thinker")

    def complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponse:
        self.prompts.append(prompt)
        return CompletionResponse(text=self.lines.pop(0))

    def stream_complete(self, prompt: str, formatted: bool = False, **_: Any) -> Any:
        response = self.complete(prompt)
        response.delta = response.text
        yield response


class Events(BaseEventHandler):  # type: ignore[misc]
    """Keeps the names of events."""

    names: list[str] = Field(default_factory=list)

    @classmethod
    def class_name(cls) -> str:
        return "Events"

    def handle(self, event: BaseEvent, **_: Any) -> None:
        self.names.append(event.class_name())


def check(response: Any, session: DatelineSession) -> None:
    """What holds for every response that answers the question."""
    assert response.metadata["status"] == "answered"
    assert 0 < response.metadata["confidence"] <= 1
    assert response.metadata["options"] == []
    assert [c["n"] for c in response.metadata["citations"]] == [
        n for n, _ in enumerate(response.source_nodes, 1)
    ]
    for found in response.source_nodes:
        article = session.store.article(found.node.ref_doc_id)
        assert article
        start, end = found.node.start_char_idx, found.node.end_char_idx
        assert article.text[start:end] == found.text == found.get_content()
        assert found.node.relationships[NodeRelationship.SOURCE].metadata["title"] == article.title
        assert found.score == pytest.approx(response.metadata["confidence"], abs=1e-3)
        assert None not in found.metadata.values()


def test_a_query_is_answered_with_quotes_as_nodes(session: DatelineSession) -> None:
    response = DatelineQueryEngine(session).query(QUESTION)
    assert isinstance(response, Response)
    assert FACT in str(response) and "[1]" in str(response)
    assert response.source_nodes[0].node.ref_doc_id == "https://coast.example/lighthouse"
    check(response, session)


async def test_queries_of_a_running_loop_are_answered_beside_each_other(
    session: DatelineSession,
) -> None:
    engine = DatelineQueryEngine(session)
    both = await asyncio.gather(engine.aquery(QUESTION), engine.aquery("Who is Ruth Amsel?"))
    check(both[0], session)
    assert "keeper" in str(both[1])
    assert FACT in str(engine.query(QUESTION))  # as in a notebook


def test_what_the_articles_do_not_hold_is_declined(session: DatelineSession) -> None:
    response = DatelineQueryEngine(session).query(UNKNOWN)
    assert response.metadata["status"] == "abstained"
    assert response.source_nodes == []
    assert "do not answer" in str(response)


async def test_a_verified_answer_is_streamed_word_by_word(session: DatelineSession) -> None:
    engine = DatelineQueryEngine(session, streaming=True)
    streamed = engine.query(QUESTION)
    assert isinstance(streamed, StreamingResponse)
    check(streamed, session)
    pieces = list(streamed.response_gen)
    assert len(pieces) > 4 and FACT in "".join(pieces)
    streamed = await engine.aquery(QUESTION)
    assert isinstance(streamed, AsyncStreamingResponse)
    assert "".join([p async for p in streamed.async_response_gen()]) == "".join(pieces)
    assert str((await streamed.get_response()).response) == "".join(pieces)


def test_a_draft_is_given_to_those_who_ask_for_it_and_never_as_the_response() -> None:
    drafted: list[str] = []
    answerer = Scripted()
    day = date(2024, 6, 1)
    engine = DatelineQueryEngine(answerer, on_draft=drafted.append, today=lambda: day)
    response = engine.query("Which one?")
    assert drafted == ["Which ", "lamp?"]
    assert str(response) == "Which lamp do you mean?"
    assert response.metadata["options"] == [
        {"title": "Old lamp", "source": "a"},
        {"title": "New lamp", "source": "b"},
    ]
    assert response.metadata["status"] == "clarify"
    assert answerer.asked == [("Which one?", (), day)]


@pytest.mark.parametrize("question", ["", " \u200b", "x" * 4001])
def test_a_question_that_is_none_is_refused(session: DatelineSession, question: str) -> None:
    with pytest.raises(UsageError, match="the question is"):
        DatelineQueryEngine(session).query(question)


# Agents, tools and routers


def tool(session: DatelineSession) -> QueryEngineTool:
    return QueryEngineTool.from_defaults(
        DatelineQueryEngine(session), name="news", description="Answers from the news."
    )


def test_it_is_a_tool(session: DatelineSession) -> None:
    output = tool(session).call(QUESTION)
    assert FACT in output.content
    check(output.raw_output, session)


async def test_a_function_calling_agent_uses_it(session: DatelineSession) -> None:
    def reply(messages: Sequence[ChatMessage], **_: Any) -> ChatMessage:
        if messages[-1].role.value == "tool":
            return ChatMessage(role="assistant", content=f"I read: {messages[-1].content}")
        call = ToolCallBlock(tool_call_id="1", tool_name="news", tool_kwargs={"input": QUESTION})
        return ChatMessage(role="assistant", blocks=[call])

    llm = MockFunctionCallingLLM(response_generator=reply, is_chat_model=True)
    found = await FunctionAgent(tools=[tool(session)], llm=llm).run(user_msg="The lamp?")
    assert FACT in str(found)
    [call] = found.tool_calls
    check(call.tool_output.raw_output, session)


async def test_a_reasoning_agent_uses_it(session: DatelineSession) -> None:
    lines = [
        f'Thought: I need a tool.\nAction: news\nAction Input: {{"input": "{QUESTION}"}}',
        "Thought: I can answer.\nAnswer: 31 kilometres [1]",
    ]
    llm = Thinker(lines=lines)
    found = await ReActAgent(tools=[tool(session)], llm=llm).run(user_msg="The lamp?")
    assert str(found) == "31 kilometres [1]"
    assert FACT in llm.prompts[-1]


async def test_a_router_chooses_it(session: DatelineSession) -> None:
    llm = Thinker(lines=['[{"choice": 2, "reason": "news"}]'])
    other = QueryEngineTool.from_defaults(
        DatelineQueryEngine(Scripted()), name="other", description="Other things."
    )
    router = RouterQueryEngine(
        selector=LLMSingleSelector.from_defaults(llm=llm),
        query_engine_tools=[other, tool(session)],
        llm=MockLLM(),
    )
    assert FACT in str(await router.aquery(QUESTION))


def test_events_tell_of_the_query(session: DatelineSession) -> None:
    dispatcher, events = get_dispatcher(), Events()
    dispatcher.add_event_handler(events)
    try:
        DatelineQueryEngine(session).query(QUESTION)
    finally:
        dispatcher.event_handlers.remove(events)
    assert events.names.count("QueryStartEvent") == events.names.count("QueryEndEvent") == 1


# Chat


def test_a_follow_up_is_understood(session: DatelineSession) -> None:
    engine = DatelineChatEngine(session)
    first = engine.chat("What happened to the lighthouse of Sandholm?")
    assert "new lamp" in first.response
    second = engine.chat("Who is its keeper?")
    assert "Ruth Amsel" in second.response
    check(second, session)
    assert second.sources[0].raw_output.source_nodes == second.source_nodes
    assert [m.role.value for m in engine.chat_history] == ["user", "assistant"] * 2
    engine.reset()
    assert engine.chat_history == []


async def test_chats_are_streamed_sync_and_async(session: DatelineSession) -> None:
    engine = DatelineChatEngine(session)
    streamed = engine.stream_chat(QUESTION)
    assert str(streamed) == (said := "".join(streamed.response_gen))
    assert FACT in said
    check(streamed, session)
    engine.reset()
    streamed = await engine.astream_chat(QUESTION)
    assert "".join([p async for p in streamed.async_response_gen()]) == said
    assert len(engine.chat_history) == 2
    assert (await engine.achat("Thanks!")).metadata["status"] == "reply"


def test_a_history_that_is_given_replaces_the_memory() -> None:
    answerer = Scripted()
    memory = ChatMemoryBuffer.from_defaults(
        token_limit=1000, tokenizer_fn=str.split, chat_store=SimpleChatStore(), chat_store_key="ida"
    )
    engine = DatelineChatEngine(answerer, memory=memory, today=lambda: None)
    engine.chat("Hello")
    history = [
        ChatMessage(role="system", content="Be brief."),
        ChatMessage(role="user", content="The lamp?"),
        ChatMessage(role="assistant", content="Which?"),
        ChatMessage(role="tool", content="{}"),
    ]
    engine.chat("The old one", chat_history=history)
    turns = (Turn("user", "The lamp?"), Turn("assistant", "Which?"))
    assert answerer.asked[-1] == ("The old one", turns, None)
    assert memory.chat_store.get_messages("ida")[-2].content == "The old one"


# Sessions


def test_a_language_model_serves_several_loops(
    server: OpenAIServer, articles: Path, tmp_path: Path
) -> None:
    server.fallback = lambda _: says(f"The new lamp of the lighthouse shines 31 kilometres{FAR}")
    drafted: list[str] = []
    with DatelineSession.open(
        articles,
        store=tmp_path,
        reader="none",
        threshold=0.1,
        chat_model=MODEL,
        openai_base_url=server.url,
        openai_api_key=KEY,
    ) as session:
        engine = DatelineQueryEngine(session, on_draft=drafted.append)
        first = engine.query(QUESTION)
        for _ in range(2):
            assert asyncio.run(engine.aquery(QUESTION)).response == first.response
        asyncio.run(left_early(session))
    assert first.metadata["model"] == MODEL
    assert "31 kilometres" in first.response and "".join(drafted).count(FAR) == 3
    assert "It shines 31 kilometres far." in first.source_nodes[0].text


async def left_early(session: DatelineSession) -> None:
    """Look at the first piece of a draft, and at no more."""
    events = session.stream(QUESTION)
    assert isinstance(await anext(events), Draft)
    await events.aclose()


async def test_closing_a_stream_stops_the_answerer(session: DatelineSession) -> None:
    events = session.stream(QUESTION)
    async for event in events:
        assert isinstance(event, Answer)
        break
    await events.aclose()
    answer = await session.ask(QUESTION)
    assert await session.withdrawn(answer.citations) == ()


def test_nothing_is_loaded_before_it_is_used() -> None:
    code = "import sys, bot.llamaindex, bot.cli.app; print('llama_index' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_a_name_that_is_not_there_is_an_error() -> None:
    import bot.llamaindex

    assert "DatelineQueryEngine" in dir(bot.llamaindex)
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = bot.llamaindex.Nothing
