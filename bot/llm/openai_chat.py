"""Models behind OpenAI's API: OpenAI's own, and those of Ollama, llama.cpp, vLLM, Azure and others.

Servers differ in what they take. What one refuses is left out or said otherwise, and not sent
to it again.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import TYPE_CHECKING, Any

from bot.llm import responses_api
from bot.llm.adaptation import RESPONSES, VERSION, Adaptation, Wish
from bot.llm.events import DONE, Part, chat_part, events
from bot.llm.protocol import LLM, STEADY, Message, Reply, Sampling, Schema, estimated_prompt
from bot.llm.thinking import Aloud
from bot.llm.tokens import Usage, estimated_tokens
from index.errors import MalformedReplyError, ModelAwayError, RefusalError
from index.providers.openai_api import Endpoint, ReplyError, complaint_of
from prompts import Prompts

if TYPE_CHECKING:
    from openai import AsyncAPIResponse

FILTERED = ("content_filter", "safety", "SAFETY")
CUT = ("length", "max_tokens", "model_length", "max_output_tokens")
BROKEN = ("error", "insufficient_system_resource")


class OpenAIChat(LLM):
    """One model at one address. `options` go with every request, such as `reasoning_effort`.

    `thinking` is how many tokens it may think with, beside those of each reply.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        window: int,
        options: Mapping[str, Any] = {},
        prompts: Prompts | None = None,
        *,
        thinking: int = 0,
    ) -> None:
        self.usage = Usage()
        self._endpoint = endpoint
        self._window = window
        self._thinking = thinking
        self._adaptation = Adaptation(options, prompts or Prompts())
        self._thinks_first = False
        self._client = endpoint.async_client()

    @property
    def name(self) -> str:
        """The model's name, as the server knows it."""
        return self._endpoint.model

    @property
    def window(self) -> int:
        """As configured, since the API does not tell; less what it may think with."""
        return self._window - self._thinking

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
        wish = Wish(messages, max_tokens + self._thinking, schema, sampling)
        reply.pieces = self._pieces(reply, wish)
        return reply

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _pieces(self, reply: Reply, wish: Wish) -> AsyncGenerator[str]:
        """The pieces. A reply that breaks off after its first words is kept, and marked cut."""
        aloud = Aloud(self._thinks_first)
        told = _Told(wish)
        try:
            with self._endpoint.plain_errors():
                async with aclosing(self._parts(wish)) as parts:
                    async for part in parts:
                        if said := told.note(part, aloud.feed(part.text)):
                            yield said
            if said := told.note(Part(), aloud.finish()):
                yield said
            told.check(self.name)
        except (ModelAwayError, MalformedReplyError) as problem:
            if said := told.note(Part(), aloud.finish()):
                yield said
            if not told.text.strip():
                raise
            told.ended, reply.broken = "error", str(problem)
        finally:
            self._thinks_first |= aloud.unopened
            reply.withdrawn, reply.cut, reply.usage = aloud.withdrawn, told.is_cut, told.usage
            self.usage += reply.usage

    async def _parts(self, wish: Wish) -> AsyncGenerator[Part]:
        """The parts of the reply to a request that the server takes, found by trying."""
        import openai  # noqa: PLC0415  (slow, and often not needed)

        while True:
            try:
                async with aclosing(self._asked(wish)) as parts:
                    async for part in parts:
                        yield part
                return
            except openai.APIStatusError as problem:
                if not self._learn(complaint := complaint_of(problem)):
                    raise ReplyError(complaint) from problem
            except ReplyError as problem:
                if not self._learn(problem.complaint):
                    raise

    def _learn(self, complaint: Any) -> bool:
        has_version = self._endpoint.has_version
        before = VERSION in self._adaptation.refused
        learnt = self._adaptation.learn(complaint, has_version)
        if learnt and VERSION in self._adaptation.refused and not before:
            self._client.base_url = f"{str(self._client.base_url).rstrip('/')}{VERSION}"
        return learnt

    async def _asked(self, wish: Wish) -> AsyncGenerator[Part]:
        by_responses = RESPONSES in self._adaptation.refused
        part_of = responses_api.part if by_responses else chat_part
        async with (
            self._sent(self._adaptation.request(wish), by_responses) as response,
            aclosing(events(response.iter_bytes())) as found,
        ):
            async for event in found:
                yield Part(ended=DONE) if event == DONE else part_of(event)

    @asynccontextmanager
    async def _sent(
        self, body: dict[str, Any], by_responses: bool
    ) -> AsyncIterator["AsyncAPIResponse[Any]"]:
        if by_responses:
            asked: Any = self._client.responses.with_streaming_response
            said = {"input": body.pop("input")}
        else:
            asked = self._client.chat.completions.with_streaming_response
            said = {"messages": body.pop("messages")}
        # As `extra_body` it takes options that the client has no name for.
        async with asked.create(model=self.name, **said, extra_body=body) as response:
            yield response


class _Told:
    """What is known of a reply so far."""

    def __init__(self, wish: Wish) -> None:
        self.text = ""
        self.ended: str | None = None
        self._usage: Usage | None = None
        self._thinks = False
        self._wish = wish

    def note(self, part: Part, said: str) -> str:
        """Take note of a part and of what is said of it; the latter is returned."""
        if not (part.ended == DONE and self.ended):
            self.ended = part.ended or self.ended
        self._usage = part.usage or self._usage
        self._thinks |= part.thinks or bool(part.text and not said)
        self.text += said
        return said

    @property
    def is_cut(self) -> bool:
        """Whether it did not come to its own end."""
        return self.ended in (*CUT, *BROKEN, None)

    @property
    def usage(self) -> Usage:
        """As the server tells it, or estimated."""
        prompt = estimated_prompt(self._wish.messages)
        return self._usage or Usage(1, prompt, estimated_tokens(self.text))

    def check(self, name: str) -> None:
        """Raise a ModelError where there is no reply, or not a whole one."""
        if self.ended in FILTERED:
            raise RefusalError(f"the provider's filter stopped {name}")
        if self.ended is None or self.ended in BROKEN:
            raise ModelAwayError(f"the connection to {name} broke off in mid-reply; try again")
        if not self.text.strip():
            raise MalformedReplyError(f"{name} said nothing: {self._why_nothing()}")

    def _why_nothing(self) -> str:
        if self.ended in CUT:
            return "it used up its tokens first; raise CHAT_THINKING_TOKENS"
        return "it only thought" if self._thinks else "its reply is empty"
