"""Models behind OpenAI's chat API: OpenAI's own, and those of Ollama, llama.cpp or vLLM.

Servers differ in what they take. What one refuses by name is left out or replaced, and not
sent to it again.
"""

import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, NamedTuple

from bot.llm.protocol import LLM, STEADY, Message, Reply, Sampling, Schema
from bot.llm.thinking import Aloud
from bot.llm.tokens import Usage, estimated_prompt, estimated_tokens
from index.errors import MalformedReplyError, ModelAwayError, RefusalError
from index.openai_api import Endpoint, is_too_long
from prompts import Prompts

if TYPE_CHECKING:
    from openai import AsyncStream, BadRequestError
    from openai.types.chat import ChatCompletionChunk

INSTEAD = {"max_tokens": "max_completion_tokens"}
OPTIONAL = ("max_tokens", "temperature", "seed", "stream_options", "response_format")
"""What a request can do without, or say otherwise."""


class OpenAIChat(LLM):
    """One model at one address. `options` go with every request, such as `reasoning_effort`."""

    def __init__(
        self,
        endpoint: Endpoint,
        window: int,
        options: Mapping[str, Any] = {},
        prompts: Prompts | None = None,
        **client_options: Any,
    ) -> None:
        from openai import AsyncOpenAI  # noqa: PLC0415  (slow, and often not needed)

        self.usage = Usage()
        self._endpoint = endpoint
        self._window = window
        self._options = options
        self._prompts = prompts or Prompts()
        self._refused: set[str] = set()
        self._client = AsyncOpenAI(**endpoint.client_options | client_options)

    @property
    def name(self) -> str:
        """The model's name, as the server knows it."""
        return self._endpoint.model

    @property
    def window(self) -> int:
        """As configured: the API does not tell."""
        return self._window

    def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        schema: Schema | None = None,
        sampling: Sampling = STEADY,
    ) -> Reply:
        """The reply, as it is written."""
        reply = Reply()
        reply.pieces = self._pieces(reply, _Wish(messages, max_tokens, schema, sampling))
        return reply

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _pieces(self, reply: Reply, wish: "_Wish") -> AsyncGenerator[str]:
        written: list[str] = []
        aloud = Aloud()
        usage = None
        ended = None
        with self._endpoint.plain_errors():
            stream = await self._open(wish)
            try:
                async with stream, aclosing(_parts(stream)) as parts:
                    async for usage_now, finish, piece in parts:
                        usage = usage_now or usage
                        ended = finish or ended
                        if said := aloud.feed(piece):
                            written.append(said)
                            yield said
            finally:
                text = "".join(written)
                reply.usage = usage or Usage(
                    1, estimated_prompt(wish.messages), estimated_tokens(text)
                )
                reply.cut = ended == "length"
                self.usage += reply.usage
        self._check_end(ended, text)

    async def _open(self, wish: "_Wish") -> "AsyncStream[ChatCompletionChunk]":
        from openai import BadRequestError  # noqa: PLC0415

        while True:
            request = self._request(wish)
            try:
                stream = await self._client.chat.completions.create(**request)
            except BadRequestError as problem:
                refused = _named_in(problem, request)
                if refused is None or is_too_long(problem):
                    raise
                self._refused.add(refused)
            else:
                return stream  # type: ignore[no-any-return]  # its overloads know no **request

    def _request(self, wish: "_Wish") -> dict[str, Any]:
        messages, schema = wish.messages, wish.schema
        format_ = {"name": "reply", "strict": True, "schema": schema}
        wanted = {
            "max_tokens": wish.max_tokens,
            **wish.sampling._asdict(),
            "stream_options": {"include_usage": True},
            "response_format": {"type": "json_schema", "json_schema": format_} if schema else None,
        }
        sent = {k: v for k, v in wanted.items() if k not in self._refused and v is not None}
        for name in INSTEAD.keys() & self._refused:
            sent[INSTEAD[name]] = wanted[name]
        if schema and "response_format" in self._refused:
            messages = with_schema(messages, schema, self._prompts)
        return {
            "model": self.name,
            "messages": [m._asdict() for m in messages],
            "stream": True,
            **sent,
            **self._options,
        }

    def _check_end(self, ended: str | None, text: str) -> None:
        if ended == "content_filter":
            raise RefusalError(f"the provider's filter stopped {self.name}")
        if ended is None:
            raise ModelAwayError(f"the connection to {self.name} broke off in mid-reply; try again")
        if not text.strip():
            why = "it used up its tokens first" if ended == "length" else "its reply is empty"
            raise MalformedReplyError(f"{self.name} said nothing: {why}")


class _Wish(NamedTuple):
    """What a reply is asked for with."""

    messages: Sequence[Message]
    max_tokens: int
    schema: Schema | None
    sampling: Sampling


def with_schema(messages: Sequence[Message], schema: Schema, prompts: Prompts) -> list[Message]:
    """The messages, the last one asking in words for what `schema` describes."""
    *before, last = messages
    wish = prompts["json_reply"].fill(schema=json.dumps(schema))
    return [*before, last._replace(content=f"{last.content}\n\n{wish}")]


async def _parts(
    stream: "AsyncStream[ChatCompletionChunk]",
) -> AsyncGenerator[tuple[Usage | None, str | None, str]]:
    """Of each chunk: the usage and the reason for the end, where it has them, and its text."""
    async for chunk in stream:
        used = _usage(chunk)
        if not chunk.choices:
            yield used, None, ""
            continue
        choice = chunk.choices[0]
        if choice.delta.refusal:
            raise RefusalError(f"the model declines: {choice.delta.refusal}")
        yield used, choice.finish_reason, choice.delta.content or ""


def _usage(chunk: "ChatCompletionChunk") -> Usage | None:
    if not chunk.usage:
        return None
    return Usage(1, chunk.usage.prompt_tokens or 0, chunk.usage.completion_tokens or 0)


def _named_in(problem: "BadRequestError", request: Mapping[str, Any]) -> str | None:
    """The optional part of the request that the server says it does not take."""
    said = f"{problem.param} {problem.message}"
    return next((name for name in OPTIONAL if name in request and name in said), None)
