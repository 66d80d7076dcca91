"""The way to models behind OpenAI's API, at OpenAI or at any server that speaks it.

It opens clients and puts what goes wrong into words; it knows nothing of what models are
asked. Secrets never stand in those words.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from index.errors import (
    ContextLengthError,
    MalformedReplyError,
    ModelAwayError,
    ModelError,
    ModelRefusedError,
)

if TYPE_CHECKING:
    from openai import APIError, APIStatusError

OPENAI = "https://api.openai.com/v1"
RETRIES = 4
"""After 429 and 5xx and broken connections, with growing pauses or those the server names."""
CONNECT_SECONDS = 10.0
TOO_LONG = ("context_length_exceeded", "exceed_context_size_error")
TOO_LONG_SAYS = ("context length", "context size", "context window", "maximum context")
SHOWN = 200


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One model at one address. `seconds` is how long it may be silent."""

    model: str
    url: str = field(default=OPENAI, repr=False)
    key: str | None = field(default=None, repr=False)
    seconds: float = 120.0

    @property
    def client_options(self) -> dict[str, Any]:
        """What `openai.OpenAI` and `openai.AsyncOpenAI` take to get there."""
        from openai import Timeout  # noqa: PLC0415  (slow, and often not needed)

        return {
            "api_key": self.key or "none",  # the client insists; servers without keys ignore it
            "base_url": self.url,
            "timeout": Timeout(self.seconds, connect=min(CONNECT_SECONDS, self.seconds)),
            "max_retries": RETRIES,
        }

    @property
    def place(self) -> str:
        """The address, without a name, password or key that may stand in it."""
        parts = urlsplit(self.url)
        return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))

    @contextmanager
    def plain_errors(self) -> Iterator[None]:
        """Turn whatever the client raises into a ModelError that says what to do."""
        import openai  # noqa: PLC0415

        try:
            yield
        except openai.APITimeoutError as problem:
            raise ModelAwayError(
                f"{self.model} at {self.place} was silent for {self.seconds:g} s; "
                "try again, or allow it more time"
            ) from problem
        except openai.APIConnectionError as problem:
            raise ModelAwayError(
                f"the connection to {self.model} at {self.place} failed; check that its server "
                "runs and can be reached"
            ) from problem
        except openai.APIStatusError as problem:
            raise self._refused(problem) from problem
        except openai.APIError as problem:  # sent in the middle of a reply
            raise ModelAwayError(
                f"{self.model} at {self.place} broke off: {self._said(problem)}"
            ) from problem
        except (AttributeError, TypeError, ValueError) as problem:
            raise MalformedReplyError(
                f"{self.place} does not reply as OpenAI's API does; check the address"
            ) from problem

    def _refused(self, problem: "APIStatusError") -> ModelError:
        status, said, here = (
            problem.status_code,
            self._said(problem),
            f"{self.model} at {self.place}",
        )
        kind: type[ModelError] = ModelRefusedError
        line = f"{here} refuses the request: {said}"
        if problem.code == "insufficient_quota":
            line = f"the account at {self.place} has no credit left"
        elif status in (401, 403):  # what it says may repeat parts of the key
            key = "refuses the key" if self.key else "wants a key"
            line = f"{self.place} {key} for {self.model}; check OPENAI_API_KEY"
        elif status == 404:
            line = f"{self.place} has no model {self.model}; check its name and the address"
        elif status == 429:
            kind, line = ModelAwayError, f"{here} takes no more requests for now; try again later"
        elif status >= 500:
            kind, line = ModelAwayError, f"{here} fails ({status}): {said}"
        elif is_too_long(problem):
            kind, line = ContextLengthError, f"{here} was given more text than it takes: {said}"
        return kind(line)

    def _said(self, problem: "APIError") -> str:
        body = problem.body if isinstance(problem.body, dict) else {}
        said = " ".join(str(body.get("message") or problem.message).split())
        return (said.replace(self.key, "…") if self.key else said)[:SHOWN]


def is_too_long(problem: "APIError") -> bool:
    """Whether the model was given more text than it takes."""
    if {problem.code, problem.type} & {*TOO_LONG}:
        return True
    return any(words in problem.message.lower() for words in TOO_LONG_SAYS)
