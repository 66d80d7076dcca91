"""The way to models behind OpenAI's API, at OpenAI or at any server that speaks it.

It opens clients and puts what goes wrong into words; it knows nothing of what models are
asked. Those words hold no secrets.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit
from urllib.request import getproxies, proxy_bypass

from index.errors import (
    ContextLengthError,
    MalformedReplyError,
    ModelAwayError,
    ModelError,
    ModelRefusedError,
    UsageError,
)
from index.providers.openai_errors import SHOWN, Complaint

if TYPE_CHECKING:
    from httpx2 import Response
    from openai import AsyncOpenAI, OpenAI

OPENAI = "https://api.openai.com/v1"
RETRIES = 4
"""After 429 and 5xx and broken connections, with growing pauses or those the server names."""
CONNECT_SECONDS = 10.0
_CALL = re.compile(r"/(?:chat/completions|completions|responses|embeddings)/?$")
_VERSION = re.compile(r"/v\d\w*(?:/|$)|/deployments/")


class ReplyError(Exception):
    """An error that a server sends in place of a reply, or in the middle of one."""

    def __init__(self, complaint: Complaint) -> None:
        super().__init__(complaint.message)
        self.complaint = complaint


class WebPageError(ValueError):
    """A web page where JSON should be."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One model at one address. `seconds` is how long it may be silent.

    The address may hold a query, such as `?api-version=`, which goes with every request.
    """

    model: str
    url: str = field(default=OPENAI, repr=False)
    key: str | None = field(default=None, repr=False)
    seconds: float = 120.0

    def client(self) -> "OpenAI":
        """Open a client that blocks. Raises UsageError for a key or proxy that none can use."""
        from openai import DefaultHttpxClient, OpenAI  # noqa: PLC0415  (slow, and seldom needed)

        with self._usable():
            http = DefaultHttpxClient(trust_env=not self._is_local, event_hooks=_hooks(_give_up))
            return OpenAI(**self._client_options, http_client=http)

    def async_client(self) -> "AsyncOpenAI":
        """Open a client. Raises UsageError for a key or proxy that none can use."""
        from openai import AsyncOpenAI, DefaultAsyncHttpxClient  # noqa: PLC0415  (as above)

        with self._usable():
            http = DefaultAsyncHttpxClient(
                trust_env=not self._is_local, event_hooks=_hooks(_give_up_async)
            )
            return AsyncOpenAI(**self._client_options, http_client=http)

    @property
    def place(self) -> str:
        """The address, without the name, password or key in it."""
        parts = urlsplit(self.url)
        return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))

    @property
    def has_version(self) -> bool:
        """Whether the address names a version of the API, as nearly all do: `/v1`."""
        return bool(_VERSION.search(urlsplit(self.url).path))

    @contextmanager
    def plain_errors(self) -> Iterator[None]:
        """Turn whatever the client raises into a ModelError that says what to do."""
        import httpx2  # noqa: PLC0415  (slow, as the next)
        import openai  # noqa: PLC0415

        try:
            yield
        except (openai.APITimeoutError, httpx2.TimeoutException) as problem:
            raise ModelAwayError(
                f"{self.model} at {self.place} was silent for {self.seconds:g} s; "
                "try again, or allow it more time"
            ) from problem
        except (openai.APIConnectionError, httpx2.TransportError) as problem:
            raise ModelAwayError(
                f"the connection to {self.model} at {self.place} failed; {self._why(problem)}"
            ) from problem
        except openai.APIStatusError as problem:
            raise self._refused(complaint_of(problem)) from problem
        except ReplyError as problem:
            raise self._refused(problem.complaint) from problem
        except WebPageError as problem:
            raise MalformedReplyError(
                f"{self.place} replies with a web page, not as OpenAI's API does; check the address"
            ) from problem
        except (openai.APIError, AttributeError, TypeError, ValueError) as problem:
            raise MalformedReplyError(
                f"{self.place} does not reply as OpenAI's API does; check the address"
            ) from problem

    @property
    def _client_options(self) -> dict[str, Any]:
        from openai import Timeout  # noqa: PLC0415  (slow, and often not needed)

        parts = urlsplit(self.url)
        query = dict(parse_qsl(parts.query))
        path = _CALL.sub("", parts.path)  # some paste the address of the call itself
        # Azure takes a key in this header only, where the address names a version in its query.
        headers = {"api-key": self.key} if self.key and "api-version" in query else None
        return {
            "api_key": self.key or "none",  # the client insists; servers without keys ignore it
            "base_url": urlunsplit((parts.scheme, parts.netloc, path, "", "")),
            "default_query": query,
            "default_headers": headers,
            "timeout": Timeout(self.seconds, connect=min(CONNECT_SECONDS, self.seconds)),
            "max_retries": RETRIES,
        }

    @contextmanager
    def _usable(self) -> Iterator[None]:
        if self.key and not (self.key.isascii() and self.key.isprintable()):
            raise UsageError("OPENAI_API_KEY holds a character that no key has; copy it again")
        try:
            yield
        except (ImportError, ValueError) as problem:
            raise UsageError(
                f"the proxy that the environment names cannot be used ({problem})"
            ) from problem

    @property
    def _is_local(self) -> bool:
        """Whether the server is on this machine, to which no proxy leads."""
        host = urlsplit(self.url).hostname or ""
        try:
            return host == "localhost" or ip_address(host).is_loopback
        except ValueError:
            return False

    def _why(self, problem: Exception) -> str:
        """What to look at when a connection fails."""
        said = f"{problem.__cause__ or problem}"
        if "CERTIFICATE_VERIFY" in said:
            return "its certificate cannot be checked; name its authority in SSL_CERT_FILE"
        if "WRONG_VERSION_NUMBER" in said or "record layer" in said:
            return "its server does not speak https; is its address one of http?"
        parts = urlsplit(self.url)
        if not self._is_local and parts.scheme in getproxies() and not proxy_bypass(parts.netloc):
            return f"check the proxy in {parts.scheme.upper()}_PROXY, and that it lets this through"
        return "check that its server runs and can be reached"

    def _refused(self, complaint: Complaint) -> ModelError:
        status, here = complaint.status, f"{self.model} at {self.place}"
        said = self._without_key(complaint.message)
        kind: type[ModelError] = ModelRefusedError
        line = f"{here} refuses the request: {said}"
        if complaint.lacks_credit:
            line = f"the account at {self.place} has no credit left for this: {said}"
        elif complaint.is_page and status < 500:
            line = f"{self.place} replies with {said} ({status}); check the address, and any proxy"
        elif status == 401 or (status == 403 and re.search("key|auth|token", said, re.I)):
            key = "refuses the key" if self.key else "wants a key"  # `said` may repeat parts of it
            line = f"{self.place} {key} for {self.model}; check OPENAI_API_KEY"
        elif status == 404:
            line = self._missing(complaint)
        elif status == 429:
            kind = ModelAwayError
            line = f"{here} takes no more requests for now; try again later ({said})"
        elif complaint.is_too_long:
            kind, line = ContextLengthError, f"{here} was given more text than it takes: {said}"
        elif status >= 500 or not status:
            shown = f" ({status})" if status else ""
            kind, line = ModelAwayError, f"{here} fails{shown}: {said}"
        return kind(line)

    def _missing(self, complaint: Complaint) -> str:
        if self.model in complaint.words or "model" in complaint.words.lower():
            return f"{self.place} has no model {self.model}; check its name and the address"
        where = "check the address" if self.has_version else "its address mostly ends in /v1"
        return f"there is no chat for {self.model} at {self.place}; {where}"

    def _without_key(self, said: str) -> str:
        return (said.replace(self.key, "…") if self.key else said)[:SHOWN]


def complaint_of(problem: Any) -> Complaint:
    """What an error of the client holds of what the server said."""
    return Complaint.read(problem.status_code, problem.response.text)


def _hooks(hook: Any) -> dict[str, list[Any]]:
    return {"response": [hook]}


def _give_up(response: "Response") -> None:
    """Keep the client from trying again what fails for certain."""
    if response.status_code == 429 or response.status_code >= 500:
        response.read()
        _mark(response)


async def _give_up_async(response: "Response") -> None:
    if response.status_code == 429 or response.status_code >= 500:
        await response.aread()
        _mark(response)


def _mark(response: "Response") -> None:
    if Complaint.read(response.status_code, response.text).is_final:
        response.headers["x-should-retry"] = "false"
