"""A real model under llama.cpp: behind its server, and from a file in this process."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from bot.config import Config
from bot.factory import language_model
from bot.llm import LLM, Message, estimated_tokens
from index.errors import ContextLengthError, ModelAwayError, ModelRefusedError, UsageError
from tests.standins.llama_server import KEY, WINDOW, LlamaServer, model_file, running

HELLO = [Message("user", "Tell me about the sea.")]
SCHEMA = {
    "type": "object",
    "properties": {"wet": {"type": "boolean"}},
    "required": ["wet"],
    "additionalProperties": False,
}
NEWS = Path(__file__).parents[3] / "seeds"
LONG_REPLY = 1500
"""Tokens: many seconds of writing."""


@pytest.fixture(scope="session")
def server() -> Iterator[LlamaServer]:
    with running() as server:
        yield server


def settings(server: LlamaServer, key: str = KEY, model: str = "smollm2") -> Config:
    return Config(chat_model=model, openai_base_url=server.url, openai_api_key=key)


@pytest.fixture(params=["server", "file"])
async def llm(
    request: pytest.FixtureRequest, server: LlamaServer, socket_enabled: None
) -> AsyncIterator[LLM]:
    local = Config(chat_model=str(model_file()), chat_window=WINDOW)
    async with language_model(settings(server) if request.param == "server" else local) as model:
        assert model
        yield model


async def test_replies_are_streamed_counted_and_equal(llm: LLM) -> None:
    coming = llm.stream(HELLO, max_tokens=12)
    pieces = [piece async for piece in coming]
    assert len(pieces) > 3
    assert coming.usage.completion_tokens == 12 and coming.usage.prompt_tokens > 5
    assert coming.cut
    assert (await llm.complete(HELLO, max_tokens=12)).text == "".join(pieces)


async def test_a_schema_is_kept_to(llm: LLM) -> None:
    told = await llm.complete(HELLO, max_tokens=40, schema=SCHEMA)
    assert told.data and isinstance(told.data["wet"], bool)


async def test_too_long_a_prompt_is_told(llm: LLM) -> None:
    with pytest.raises(ContextLengthError, match=str(WINDOW)):
        await llm.complete([Message("user", "word " * 3 * WINDOW)], max_tokens=5)


async def test_a_stopped_reply_frees_the_model(llm: LLM) -> None:
    async with aclosing(llm.stream(HELLO, max_tokens=LONG_REPLY)) as coming:
        await anext(aiter(coming))
    async with asyncio.timeout(5):  # it has room for one at a time
        assert (await llm.complete(HELLO, max_tokens=3)).text


async def test_news_takes_fewer_tokens_than_estimated(llm: LLM) -> None:
    for path in NEWS.glob("*.txt"):
        text = path.read_text(encoding="utf-8")[:1500]
        told = await llm.complete([Message("user", text)], max_tokens=4)
        assert 0.6 < told.usage.prompt_tokens / estimated_tokens(text) <= 1


async def test_the_window_of_a_file_is_the_models_own(socket_enabled: None) -> None:
    async with language_model(Config(chat_model=str(model_file()), chat_window=9000)) as llm:
        assert llm and (llm.window, llm.name) == (8192, model_file().stem)


async def test_a_wrong_key_is_told(server: LlamaServer, socket_enabled: None) -> None:
    async with language_model(settings(server, key="sk-another")) as llm:
        assert llm
        with pytest.raises(ModelRefusedError, match="refuses the key"):
            await llm.complete(HELLO, max_tokens=3)


async def test_llama_cpp_answers_to_any_name(server: LlamaServer, socket_enabled: None) -> None:
    async with language_model(settings(server, model="none-such")) as llm:
        assert llm and (await llm.complete(HELLO, max_tokens=3)).text


async def test_a_server_killed_while_it_writes(socket_enabled: None) -> None:
    with running() as doomed:
        async with language_model(settings(doomed)) as llm:
            assert llm
            reply = llm.stream(HELLO, max_tokens=LONG_REPLY)
            async for _ in reply:  # what it has written is kept
                doomed.kill()
            assert reply.cut and reply.broken
            with pytest.raises(ModelAwayError):
                await llm.complete(HELLO, max_tokens=3)


@pytest.mark.parametrize(
    ("content", "kind", "words"),
    [(None, UsageError, "no model file"), (b"GGUF" * 99, ModelRefusedError, "whole GGUF file")],
)
async def test_a_file_that_is_no_model(
    tmp_path: Path, content: bytes | None, kind: type[Exception], words: str
) -> None:
    path = tmp_path / "model.gguf"
    if content:
        path.write_bytes(content)
    with pytest.raises(kind, match=words):
        async with language_model(Config(chat_model=str(path))):
            pass


async def test_without_llama_cpp_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    with pytest.raises(UsageError, match=r"pip install '\.\[local\]'"):
        async with language_model(Config(chat_model=str(model_file()))):
            pass
