"""Any language model that LlamaIndex has an integration for, by the name of its class.

It knows no integration: what a class needs is given to it as keywords, and how long a reply
may be is kept to here, because integrations have different names for it.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from typing import Any

from bot.llm.adaptation import with_schema
from bot.llm.protocol import LLM, STEADY, Message, Reply, Sampling, Schema, estimated_prompt
from bot.llm.thinking import Aloud
from bot.llm.tokens import Usage, estimated_tokens
from index.errors import MalformedReplyError, ModelAwayError, ModelError
from index.providers.integration import made, without_secrets
from prompts import Prompts


class LlamaIndexModel(LLM):
    """A LlamaIndex LLM, or the one of a class such as "llama_index.llms.ollama.Ollama".

    `options` are the keywords it is made with; `seconds` is how long it may be silent, and
    `window` what it is taken to hold where it does not say.
    """

    def __init__(
        self,
        model: Any,
        window: int | None,
        seconds: float,
        options: Mapping[str, Any] = {},
        prompts: Prompts | None = None,
        *,
        thinking: int = 0,
    ) -> None:
        self.usage = Usage()
        is_path = isinstance(model, str)
        self._model = made(model, "llama_index.core.llms.LLM", options) if is_path else model
        self._window = window or self._model.metadata.context_window
        self._seconds = seconds
        self._options = options
        self._prompts = prompts or Prompts()
        self._thinking = thinking
        self._thinks_first = False

    @property
    def name(self) -> str:
        """The model's name as the integration tells it, or else the integration's."""
        name = self._model.metadata.model_name
        return str(name if name not in (None, "", "unknown") else type(self._model).__name__)

    @property
    def window(self) -> int:
        """As configured, or as the integration tells; less what it may think with."""
        return int(self._window) - self._thinking

    def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        schema: Schema | None = None,
        sampling: Sampling = STEADY,
    ) -> Reply:
        """The reply, as it is written; a schema is described to the model in words.

        How it samples is for its options to say: integrations have no one name for that.
        """
        if schema:
            messages = with_schema(messages, schema, self._prompts)
        reply = Reply()
        reply.pieces = self._pieces(reply, messages, max_tokens + self._thinking)
        return reply

    async def aclose(self) -> None:
        """Nothing: LlamaIndex's integrations cannot be closed."""

    async def _pieces(
        self, reply: Reply, messages: Sequence[Message], max_tokens: int
    ) -> AsyncGenerator[str]:
        text = spoken = ""
        aloud = Aloud(self._thinks_first)
        try:
            async for piece in self._patiently(messages):
                text += piece
                if said := aloud.feed(piece):
                    spoken += said
                    yield said
                if estimated_tokens(text) >= max_tokens:
                    reply.cut = True
                    break
            if said := aloud.finish():
                spoken += said
                yield said
        finally:
            self._thinks_first |= aloud.unopened
            reply.withdrawn = aloud.withdrawn
            reply.usage = Usage(1, estimated_prompt(messages), estimated_tokens(text))
            self.usage += reply.usage
        if not spoken.strip():
            raise MalformedReplyError(f"{self.name} said nothing")

    async def _patiently(self, messages: Sequence[Message]) -> AsyncIterator[str]:
        """The pieces, waiting for each no longer than allowed, and all failures as ours."""
        deltas = self._deltas(messages)
        try:
            while True:
                async with asyncio.timeout(self._seconds):
                    piece = await anext(deltas, None)
                if piece is None:
                    return
                yield piece
        except TimeoutError:
            raise ModelAwayError(f"{self.name} was silent for {self._seconds:g} s") from None
        except ModelError:
            raise
        except Exception as problem:  # integrations raise whatever their clients do
            said = without_secrets(f"{type(problem).__name__}: {problem}", self._options)
            raise ModelError(f"{self.name} fails ({said})") from problem
        finally:
            await deltas.aclose()

    async def _deltas(self, messages: Sequence[Message]) -> AsyncGenerator[str]:
        from llama_index.core.llms import ChatMessage, CustomLLM  # noqa: PLC0415

        chat = [ChatMessage(role=m.role, content=m.content) for m in messages]
        if _defines(type(self._model), "astream_chat") is CustomLLM:  # it blocks the event loop
            found = await asyncio.to_thread(self._model.stream_chat, chat)
            async for response in _threaded(iter(found)):
                yield response.delta or ""
        else:
            async for response in await self._model.astream_chat(chat):
                yield response.delta or ""


def _defines(kind: type, method: str) -> type:
    """The class that `kind` has the method from."""
    return next(base for base in kind.__mro__ if method in vars(base))


async def _threaded(items: Iterator[Any]) -> AsyncIterator[Any]:
    while (item := await asyncio.to_thread(next, items, None)) is not None:
        yield item
