"""OpenAI's API at the wire: a real HTTP server that replies as it was told to.

Replies are taken from a queue in order, and every request is kept. Without a reply in the
queue it says what `fallback` makes of the request.
"""

import asyncio
import json
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from tests.standins.judge import is_for_judge, verdicts
from tests.standins.threads import looping

Body = dict[str, Any]
PATIENCE = 20.0
KEY = "sk-test-5f8e1c"
MODEL = "gpt-test"
PROMPT_TOKENS = 11


@dataclass
class Request:
    """One request as it came; `gone` is set once the client has closed the connection."""

    method: str
    path: str
    headers: dict[str, str]
    body: Body
    gone: threading.Event = field(default_factory=threading.Event)


@dataclass
class Scripted:
    """One reply: a status with headers and a body, text or events, then what becomes of the line.

    `then` is "end" (as it should), "hang" (say no more) or "drop" (close the connection).
    `pause` and `pace` are seconds before all and between the events.
    """

    status: int = 200
    body: Any = None
    text: str = ""
    events: list[str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    then: str = "end"
    pause: float = 0.0
    pace: float = 0.0


def says(*pieces: str, finish: str | None = "stop", usage: bool = True, **how: Any) -> Scripted:
    """A streamed reply in these pieces."""
    deltas = [({"content": piece}, None) for piece in pieces]
    events = [_chunk(delta, reason) for delta, reason in [({"role": "assistant"}, None), *deltas]]
    if finish:
        events.append(_chunk({}, finish))
    if usage:
        tokens = {"prompt_tokens": PROMPT_TOKENS, "completion_tokens": len(pieces)}
        total = {"total_tokens": PROMPT_TOKENS + len(pieces)}
        events.append(json.dumps({**_HEAD, "choices": [], "usage": tokens | total}))
    return Scripted(events=[*events, "[DONE]"] if finish else events, **how)


def whole(content: Any, **message: Any) -> Scripted:
    """A reply that is not streamed."""
    said = {"role": "assistant", "content": content} | message
    choice = {"index": 0, "message": said, "finish_reason": "stop"}
    return Scripted(200, {"id": "c1", "object": "chat.completion", "choices": [choice]})


def responds(*pieces: str, why: str | None = None, **how: Any) -> Scripted:
    """A streamed reply of the Responses API; `why` is why it is incomplete."""
    used = {"input_tokens": PROMPT_TOKENS, "output_tokens": len(pieces)}
    status = "incomplete" if why else "completed"
    details = {"reason": why} if why else None
    end = {"object": "response", "status": status, "incomplete_details": details, "usage": used}
    events: list[Body] = [{"type": "response.created", "response": {"status": "in_progress"}}]
    events += [{"type": "response.output_text.delta", "delta": piece} for piece in pieces]
    events.append({"type": f"response.{status}", "response": end})
    return Scripted(events=[json.dumps(event) for event in events], **how)


def delta(**fields: Any) -> Scripted:
    """A streamed reply of one odd piece, such as a refusal or a tool call."""
    return Scripted(events=[_chunk(fields, None), _chunk({}, "stop"), "[DONE]"])


def fails(
    status: int, message: str = "no", headers: dict[str, str] | None = None, **error: Any
) -> Scripted:
    """An error as OpenAI words one."""
    body = {"error": {"message": message, "type": "error", "code": None, "param": None} | error}
    return Scripted(status, body, headers=headers or {})


def embeds(*vectors: list[float], **how: Any) -> Scripted:
    """Vectors, the last one first: the order is in their `index`."""
    data = [{"object": "embedding", "index": n, "embedding": v} for n, v in enumerate(vectors)]
    usage = {"prompt_tokens": 1, "total_tokens": 1}
    body = {"object": "list", "data": data[::-1], "model": MODEL, "usage": usage}
    return Scripted(200, body, **how)


_HEAD = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": MODEL}


def _chunk(delta: Body, finish: str | None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return json.dumps({**_HEAD, "choices": [choice]})


class OpenAIServer:
    """The server; script it with `replies`, look at `requests`; the first one sets `asked`.

    Requests for verdicts on a draft are kept apart, in `judged`, and replied to by `judge`.
    """

    def __init__(self) -> None:
        self.replies: deque[Scripted] = deque()
        self.requests: list[Request] = []
        self.fallback: Callable[[Request], Scripted] = lambda _: says("Hello", " there.")
        self.judged: list[Request] = []
        self.judge: Callable[[Request], Scripted] = lambda r: says(verdicts(r.body))
        self.asked = threading.Event()
        self.url = ""
        self._lock = threading.Lock()

    async def serve(self, started: Callable[[], None], stop: asyncio.Event) -> None:
        """Take connections until `stop`."""
        server = await asyncio.start_server(self._connection, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        started()
        await stop.wait()
        server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            request = await _read(reader)
            reply = self._reply(request)
            gone = asyncio.create_task(_watch(reader, request))
            await asyncio.sleep(reply.pause)
            await _write(writer, reply)
            if reply.then == "hang":
                await gone
            elif reply.then == "drop":
                writer.transport.abort()
            gone.cancel()
        writer.close()

    def _reply(self, request: Request) -> Scripted:
        with self._lock:
            if refusal := _refusal(request):
                self.requests.append(request)
                return refusal
            if is_for_judge(request.body):
                self.judged.append(request)
                return self.judge(request)
            self.requests.append(request)
            self.asked.set()
            return self.replies.popleft() if self.replies else self.fallback(request)


def _refusal(request: Request) -> Scripted | None:
    """What OpenAI itself refuses: another key, another model."""
    key = request.headers.get("authorization", "").removeprefix("Bearer ")
    if key != KEY:
        return fails(401, f"Incorrect API key provided: {key}.", code="invalid_api_key")
    if request.method == "POST" and request.body.get("model") != MODEL:
        return fails(404, "The model does not exist.", code="model_not_found")
    return None


async def _read(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    line, *lines = head.strip().split("\r\n")
    headers = {k.lower(): v for k, v in (header.split(": ", 1) for header in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    method, path, _ = line.split(" ")
    return Request(method, path, headers, json.loads(body or b"{}"))


async def _watch(reader: asyncio.StreamReader, request: Request) -> None:
    with suppress(ConnectionError):
        await reader.read(1)
    request.gone.set()


async def _write(writer: asyncio.StreamWriter, reply: Scripted) -> None:
    streamed = bool(reply.events)
    kind = "text/event-stream" if streamed else "text/html" if reply.text else "application/json"
    headers = {"content-type": kind, "connection": "close"} | reply.headers
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    writer.write(f"HTTP/1.1 {reply.status} Scripted\r\n{head}\r\n".encode())
    if not streamed and reply.body is not None:
        writer.write(json.dumps(reply.body).encode())
    writer.write(reply.text.encode())
    for event in reply.events:
        writer.write(f"data: {event}\n\n".encode())
        await writer.drain()
        await asyncio.sleep(reply.pace)


@contextmanager
def running() -> Iterator[OpenAIServer]:
    """The server in a thread of its own, so that any kind of test can use it."""
    server = OpenAIServer()
    with looping(server.serve):
        yield server
