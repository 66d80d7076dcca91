"""LlamaIndex's language models, by the name of their class."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

import pytest
from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    CompletionResponse,
    LLMMetadata,
)
from llama_index.core.llms import CustomLLM, MockLLM

from bot.config import Config
from bot.factory import language_model
from bot.llm import LLM, Message
from index.errors import MalformedReplyError, ModelAwayError, ModelError, UsageError

HERE = f"llamaindex:{__name__}"
ASKED = [Message("system", "Be brief."), Message("user", "Is the bridge open?")]
SEEN: list[str] = []
SECRET = "sk-a-long-secret-key"


class Slow(CustomLLM):  # type: ignore[misc]
    """As most people write one: without async methods."""

    pieces: list[str]
    seconds: float = 0.0
    api_key: str = ""

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(context_window=4321, model_name="slow-1")

    def complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponse:
        raise NotImplementedError

    def stream_complete(
        self, prompt: str, formatted: bool = False, **_: Any
    ) -> Iterator[CompletionResponse]:
        SEEN.append(prompt)
        for piece in self.pieces:
            time.sleep(self.seconds)
            if piece == "fail":
                raise RuntimeError(f"the key {self.api_key}\nis wrong")
            yield CompletionResponse(text=piece, delta=piece)


class Quick(MockLLM):  # type: ignore[misc]
    """One with async methods, as integrations have."""

    async def astream_chat(
        self, messages: Sequence[ChatMessage], **_: Any
    ) -> AsyncIterator[ChatResponse]:
        async def replies() -> AsyncIterator[ChatResponse]:
            for piece in ("It ", "is ", messages[-1].role.value):
                yield ChatResponse(message=ChatMessage(content=piece), delta=piece)

        return replies()


def settings(name: str, options: dict[str, Any], **more: Any) -> Config:
    return Config(chat_model=f"{HERE}.{name}", chat_options=options, **more)


async def opened(name: str, options: dict[str, Any], **more: Any) -> LLM:
    async with language_model(settings(name, options, **more)) as llm:
        assert llm
        return llm


async def test_a_class_with_async_methods() -> None:
    llm = await opened("Quick", {})
    told = await llm.complete(ASKED, max_tokens=50)
    assert (told.text, told.cut, llm.name) == ("It is user", False, "Quick")
    assert llm.usage == told.usage and told.usage.completion_tokens


async def test_a_class_without_them_does_not_block() -> None:
    llm = await opened("Slow", {"pieces": ["It ", "is."], "seconds": 0.3})
    assert (llm.name, llm.window) == ("slow-1", 4321)
    writing = asyncio.create_task(llm.complete(ASKED, max_tokens=50))
    began = time.monotonic()
    await asyncio.sleep(0.05)
    assert time.monotonic() - began < 0.2
    assert (await writing).text == "It is."


async def test_the_window_may_be_set() -> None:
    assert (await opened("Slow", {"pieces": []}, chat_window=2100)).window == 2100


async def test_a_reply_is_no_longer_than_allowed() -> None:
    llm = await opened("Slow", {"pieces": ["word "] * 90})
    told = await llm.complete(ASKED, max_tokens=20)
    assert told.cut and 10 <= told.usage.completion_tokens <= 22


async def test_a_schema_is_asked_for_in_words() -> None:
    llm = await opened("Slow", {"pieces": ['So: {"open"', ": true}"]})
    schema = {"type": "object", "required": ["open"], "title": "Bridge"}
    assert (await llm.complete(ASKED, max_tokens=50, schema=schema)).data == {"open": True}
    assert '"title": "Bridge"' in SEEN[-1]


@pytest.mark.parametrize(
    ("options", "kind", "words"),
    [
        ({"pieces": []}, MalformedReplyError, "slow-1 said nothing"),
        ({"pieces": ["a", "fail"], "api_key": SECRET}, ModelError, "RuntimeError: the key … is"),
        ({"pieces": ["a"], "seconds": 0.6}, ModelAwayError, "silent for 0.2 s"),
    ],
)
async def test_what_goes_wrong_is_told(
    options: dict[str, Any], kind: type[ModelError], words: str
) -> None:
    llm = await opened("Slow", options, chat_timeout=0.2)
    with pytest.raises(kind, match=words) as told:
        await llm.complete(ASKED, max_tokens=50)
    assert SECRET not in str(told.value) and "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("llamaindex:llama_index.llms.none.None", {}, "install its integration"),
        ("llamaindex:Ollama", {}, "whole dotted name"),
        ("llamaindex:pathlib.Path", {}, "is no llama_index.core.llms.LLM"),
        (f"{HERE}.settings", {}, "is no class"),
        (f"{HERE}.Slow", {"pieces": SECRET}, "cannot be made with its options"),
    ],
)
async def test_a_class_that_will_not_do(name: str, options: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words) as told:
        async with language_model(Config(chat_model=name, chat_options=options)):
            pass
    assert SECRET not in str(told.value)
