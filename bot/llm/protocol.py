"""The interface of every language model.

It knows no provider. A reply is always streamed: that is how it can be shown as it is
written, stopped in the middle, and waited for only as long as the model shows signs of life.
"""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol

from bot.llm.tokens import TOKENS_A_MESSAGE, Usage, estimated_tokens
from index.errors import MalformedReplyError

Schema = Mapping[str, Any]
"""A JSON Schema; of an object, and with `additionalProperties: false` as OpenAI wants it."""


class Message(NamedTuple):
    """One message to a model."""

    role: Literal["system", "user", "assistant"]
    content: str


class Sampling(NamedTuple):
    """How a model chooses its words; as it is, it always makes the likeliest choice."""

    temperature: float = 0.0
    seed: int = 0


STEADY = Sampling()


@dataclass(eq=False)
class Reply:
    """A reply as it is written: iterate over its pieces, and close it to stop the model.

    Once it has ended, `usage` says what it took, and `cut` whether it stopped before its own
    end: at `max_tokens`, or because it broke off; then `broken` says why. `withdrawn` is how
    many of its first characters were thoughts, of which only the end was marked.
    """

    pieces: AsyncGenerator[str] = field(init=False)
    usage: Usage = field(default_factory=Usage)
    cut: bool = False
    broken: str = ""
    withdrawn: int = 0

    def __aiter__(self) -> AsyncIterator[str]:
        return self.pieces

    async def aclose(self) -> None:
        """Stop the model, if it is still writing."""
        await self.pieces.aclose()


@dataclass(frozen=True, slots=True)
class Completion:
    """A whole reply; `data` is the object in it where a schema was given."""

    text: str
    usage: Usage
    cut: bool = False
    data: Mapping[str, Any] | None = None


class LLM(Protocol):
    """A language model. Safe to share between tasks of one event loop.

    Every method raises a ModelError that says in one line what is wrong.
    """

    usage: Usage
    """All that was asked of it so far."""

    @property
    def name(self) -> str:
        """What to call it in answers and runs."""

    @property
    def window(self) -> int:
        """How many tokens it takes in all, its reply included."""

    def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        schema: Schema | None = None,
        sampling: Sampling = STEADY,
    ) -> Reply:
        """The reply to `messages`, as it is written; nothing is sent before it is iterated."""

    async def aclose(self) -> None:
        """Let go of connections and memory."""

    async def complete(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        schema: Schema | None = None,
        sampling: Sampling = STEADY,
    ) -> Completion:
        """The whole reply to `messages`; with a schema, the JSON object in it as well.

        Raises MalformedReplyError when there is no such object with all required keys.
        """
        reply = self.stream(messages, max_tokens=max_tokens, schema=schema, sampling=sampling)
        async with aclosing(reply):
            text = "".join([piece async for piece in reply])[reply.withdrawn :]
        data = None if schema is None else self._object_in(text, schema, reply.cut)
        return Completion(text, reply.usage, reply.cut, data)

    def room(self, messages: Sequence[Message], max_tokens: int) -> int:
        """About how many tokens of text may still be added to `messages`; below 0 if none."""
        return self.window - max_tokens - estimated_prompt(messages)

    def _object_in(self, text: str, schema: Schema, cut: bool) -> Mapping[str, Any]:
        found = json_object(text, schema.get("required", ()))
        if found is None:
            how = "was cut off before its JSON was complete" if cut else "is not the JSON asked for"
            raise MalformedReplyError(f"the reply of {self.name} {how}")
        return found


def json_object(text: str, required: Sequence[str] = ()) -> Mapping[str, Any] | None:
    """The first JSON object in `text` that has the required keys, whatever text is around it."""
    decoder = json.JSONDecoder()
    at = text.find("{")
    while at >= 0:
        try:
            found, _ = decoder.raw_decode(text, at)
        except RecursionError:
            return None
        except ValueError:
            found = None
        if isinstance(found, dict) and found.keys() >= set(required):
            return found
        at = text.find("{", at + 1)
    return None


def estimated_prompt(messages: Iterable[Message]) -> int:
    """About how many tokens the messages take together."""
    return sum(estimated_tokens(m.content) + TOKENS_A_MESSAGE for m in messages)
