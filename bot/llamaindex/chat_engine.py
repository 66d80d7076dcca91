"""Dateline as a chat engine of LlamaIndex, which understands follow-up questions."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from llama_index.core.base.llms.types import ChatMessage, ChatResponse, MessageRole
from llama_index.core.chat_engine.types import (
    AgentChatResponse,
    BaseChatEngine,
    StreamingAgentChatResponse,
)
from llama_index.core.memory import BaseMemory, ChatMemoryBuffer
from llama_index.core.tools import ToolOutput

from bot.answer import Answer, Turn
from bot.llamaindex.asking import Answers, Asking, OnDraft, pieces
from bot.llamaindex.nodes import answer_metadata, citation_nodes
from bot.llamaindex.query_engine import response_of

NAME = "dateline"
KEPT = 1_000_000
"""Tokens of the memory that is made by default; the answerer reads the last turns only."""
_ROLES = {MessageRole.USER: "user", MessageRole.ASSISTANT: "assistant"}


@dataclass
class DatelineStreamingResponse(StreamingAgentChatResponse):  # type: ignore[misc]  # any type
    """A verified answer that is given word by word; `metadata` is that of the answer."""

    metadata: dict[str, Any] = field(default_factory=dict)


class DatelineChatEngine(BaseChatEngine):  # type: ignore[misc]  # any type
    """Holds a conversation about the articles, every claim tied to a verbatim quote.

    Responses have the `source_nodes` and `metadata` that `DatelineQueryEngine` describes. Any
    LlamaIndex `memory` keeps the conversation; a `chat_history` given with a message replaces
    what it holds. One engine holds one conversation, a message at a time.
    """

    def __init__(
        self,
        answerer: Answers,
        *,
        memory: BaseMemory | None = None,
        today: Callable[[], date | None] = date.today,
        on_draft: OnDraft | None = None,
    ) -> None:
        self._asking = Asking(answerer, today, on_draft)
        self._memory = memory or ChatMemoryBuffer.from_defaults(
            token_limit=KEPT, tokenizer_fn=str.split
        )

    @property
    def chat_history(self) -> list[ChatMessage]:
        """The messages of the conversation, oldest first."""
        return list(self._memory.get_all())

    def reset(self) -> None:
        """Forget the conversation."""
        self._memory.reset()

    def chat(
        self, message: str, chat_history: list[ChatMessage] | None = None
    ) -> AgentChatResponse:
        """Answer a message."""
        return _response(message, self._answer(message, chat_history))

    async def achat(
        self, message: str, chat_history: list[ChatMessage] | None = None
    ) -> AgentChatResponse:
        """Answer a message."""
        return _response(message, await self._aanswer(message, chat_history))

    def stream_chat(
        self, message: str, chat_history: list[ChatMessage] | None = None
    ) -> DatelineStreamingResponse:
        """Answer a message; `response_gen` gives the verified answer word by word."""
        answer = self._answer(message, chat_history)
        return _streaming(message, answer, chat_stream=_spoken(answer.text))

    async def astream_chat(
        self, message: str, chat_history: list[ChatMessage] | None = None
    ) -> DatelineStreamingResponse:
        """Answer a message; `async_response_gen()` gives the verified answer word by word."""
        answer = await self._aanswer(message, chat_history)
        return _streaming(message, answer, achat_stream=_aspoken(answer.text))

    def _answer(self, message: str, history: Sequence[ChatMessage] | None) -> Answer:
        if history is not None:
            self._memory.set([*history])
        turns = _turns(self._memory.get_all())
        answer = self._asking.loop.run(self._asking.ask(message, turns))
        self._memory.put_messages(_exchange(message, answer))
        return answer

    async def _aanswer(self, message: str, history: Sequence[ChatMessage] | None) -> Answer:
        if history is not None:
            await self._memory.aset([*history])
        turns = _turns(await self._memory.aget_all())
        answer = await self._asking.ask(message, turns)
        await self._memory.aput_messages(_exchange(message, answer))
        return answer


def _turns(messages: Sequence[ChatMessage]) -> list[Turn]:
    """The messages of people and assistants; tools and systems say nothing to follow up."""
    return [Turn(_ROLES[m.role], m.content) for m in messages if m.role in _ROLES and m.content]


def _exchange(message: str, answer: Answer) -> list[ChatMessage]:
    return [
        ChatMessage(role=MessageRole.USER, content=message),
        ChatMessage(role=MessageRole.ASSISTANT, content=answer.text),
    ]


def _response(message: str, answer: Answer) -> AgentChatResponse:
    return AgentChatResponse(
        response=answer.text,
        sources=_sources(message, answer),
        source_nodes=citation_nodes(answer),
        metadata=answer_metadata(answer),
    )


def _streaming(message: str, answer: Answer, **streams: Any) -> DatelineStreamingResponse:
    return DatelineStreamingResponse(
        response=answer.text,
        sources=_sources(message, answer),
        source_nodes=citation_nodes(answer),
        is_writing_to_memory=False,  # it is there already
        metadata=answer_metadata(answer),
        **streams,
    )


def _sources(message: str, answer: Answer) -> list[ToolOutput]:
    output = ToolOutput(
        content=answer.text,
        tool_name=NAME,
        raw_input={"message": message},
        raw_output=response_of(answer),
    )
    return [output]


def _spoken(text: str) -> Iterator[ChatResponse]:
    said = ""
    for piece in pieces(text):
        said += piece
        message = ChatMessage(role=MessageRole.ASSISTANT, content=said)
        yield ChatResponse(message=message, delta=piece)


async def _aspoken(text: str) -> AsyncIterator[ChatResponse]:
    for spoken in _spoken(text):
        yield spoken
