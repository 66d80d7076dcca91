"""What a server sends back, event by event, be it a stream of them or one whole body."""

import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from typing import Any, NamedTuple

from bot.llm.tokens import Usage
from index.errors import RefusalError
from index.providers.openai_api import ReplyError, WebPageError
from index.providers.openai_errors import Complaint

DONE = "[DONE]"
_FIELD = re.compile(rb"(?:event|id|retry)?:")
_NO_STATUS = 0
"""Of an error in a reply that names none itself."""


class Part(NamedTuple):
    """What one event adds: text, why the reply ends, what it took, whether there is thinking."""

    text: str = ""
    ended: str | None = None
    usage: Usage | None = None
    thinks: bool = False


async def events(chunks: AsyncIterator[bytes]) -> AsyncGenerator[Any]:
    """The JSON of each event, and DONE where the server says so.

    A body that is no stream is one event, and then it is done. Raises ReplyError for an error
    among them, ValueError for what is no JSON.
    """
    body: list[bytes] = []
    async for line in _lines(chunks):
        if not line.startswith(b"data:"):
            body += [] if _FIELD.match(line) else [line]
        elif line[5:].strip().startswith(DONE.encode()):
            yield DONE
            return
        elif line[5:].strip():
            yield _read(line[5:])
    whole = b"\n".join(body).strip()
    if whole:
        if whole.startswith(b"<"):
            raise WebPageError
        yield _read(whole)
        yield DONE


def chat_part(event: Mapping[str, Any]) -> Part:
    """What an event of a chat completion adds; a whole one has a message in place of a delta."""
    choices = event.get("choices") or [{}]
    choice = choices[0]
    said = choice.get("delta") or choice.get("message") or {}  # Azure's filter sends neither
    if refusal := said.get("refusal"):
        raise RefusalError(f"the model declines: {refusal}")
    used = event.get("usage") or {}
    return Part(
        text_of(said.get("content")),
        choice.get("finish_reason"),
        usage(used.get("prompt_tokens"), used.get("completion_tokens")),
        bool(said.get("reasoning_content") or said.get("reasoning")),
    )


def text_of(content: Any) -> str:
    """The text of a message; of one in parts, those that are an answer and no thought."""
    if isinstance(content, list):
        return "".join(map(_text_of_part, content))
    return content if isinstance(content, str) else ""


def usage(read: Any, written: Any) -> Usage | None:
    """The usage, where a server tells it."""
    return Usage(1, int(read or 0), int(written or 0)) if read or written else None


def _text_of_part(part: Any) -> str:
    if isinstance(part, dict):
        part = part.get("text") if part.get("type", "text") in ("text", "output_text") else ""
    return part if isinstance(part, str) else ""


async def _lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The lines; JSON may hold other ends of lines than these."""
    held = b""
    async for chunk in chunks:
        *whole, held = (held + chunk).split(b"\n")
        for line in whole:
            yield line.removesuffix(b"\r")
    yield held


def _read(data: bytes) -> Mapping[str, Any]:
    event = json.loads(data)
    if isinstance(event, list) and event and isinstance(event[0], dict):
        event = event[0]  # Google wraps its errors so
    if not isinstance(event, dict):
        raise ValueError("an event is no object")
    if event.get("error") or "error" in (event.get("object"), event.get("type")):
        raise ReplyError(Complaint(_status(event), event))
    return event


def _status(event: Mapping[str, Any]) -> int:
    error = event.get("error")
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, int) and 400 <= code < 600 else _NO_STATUS
