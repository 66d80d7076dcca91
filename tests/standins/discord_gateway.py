"""Discord's gateway: sessions with numbered events, which RESUME hears again where it left off.

It knows nothing of what the events say.
"""

import asyncio
import json
import socket
import struct
import time
import zlib
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMessage, WSMsgType, web

Body = dict[str, Any]
DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, RESUME, RECONNECT = 0, 1, 2, 3, 6, 7
REQUEST_MEMBERS, INVALID_SESSION, HELLO, ACK = 8, 9, 10, 11
PRIVILEGED = {"members": 1 << 1, "presences": 1 << 8, "message_content": 1 << 15}
KEPT = 5000
"""Events that a session still has for a RESUME."""


class Line:
    """One connection; what is sent leaves in order, compressed where that was asked for."""

    def __init__(self, request: web.Request, ws: web.WebSocketResponse) -> None:
        self._request, self._ws = request, ws
        asked = request.query.get("compress") == "zlib-stream"
        self._zlib = zlib.compressobj() if asked else None
        self._out: asyncio.Queue[str | None] = asyncio.Queue()
        self._writer = asyncio.create_task(self._write())

    def send(self, op: int, data: Any = None, **more: Any) -> None:
        """Queue a message."""
        self.send_text(json.dumps({"op": op, "d": data, "s": None, "t": None} | more))

    def send_text(self, text: str) -> None:
        """Queue a message that is JSON already."""
        self._out.put_nowait(text)

    async def close(self, code: int) -> None:
        """Close it with a code of Discord's, after what is queued."""
        self._out.put_nowait(None)
        await self._writer
        await self._ws.close(code=code, drain=False)

    def end(self) -> None:
        """Send no more."""
        self._writer.cancel()

    def reset(self) -> None:
        """Break it off without a word, as a router that restarts does."""
        if transport := self._request.transport:
            plug = transport.get_extra_info("socket")
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            transport.abort()

    async def _write(self) -> None:
        with suppress(ConnectionError, RuntimeError):
            while (text := await self._out.get()) is not None:
                if self._zlib is None:
                    await self._ws.send_str(text)
                else:
                    data = self._zlib.compress(text.encode())
                    await self._ws.send_bytes(data + self._zlib.flush(zlib.Z_SYNC_FLUSH))


def shard_of(guild_id: int, shards: int) -> int:
    """Which of so many connections hears of a server."""
    return (guild_id >> 22) % shards


@dataclass(eq=False)
class Session:
    """What a client has identified for; `line` is None while it is away."""

    id: str
    shard: tuple[int, int]
    intents: int
    line: Line | None = None
    sequence: int = 0
    events: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=KEPT))

    def covers(self, guild_id: int | None) -> bool:
        """Whether this shard hears of that server; the first one has the private messages."""
        return shard_of(guild_id or 0, self.shard[1]) == self.shard[0]

    def dispatch(self, event: str, data: Body) -> None:
        """Send an event, now or on RESUME."""
        self.sequence += 1
        text = json.dumps({"op": DISPATCH, "t": event, "s": self.sequence, "d": data})
        self.events.append((self.sequence, text))
        if self.line:
            self.line.send_text(text)


class Gateway:
    """The sessions there are; script it with the fields and the breaking-off methods."""

    def __init__(
        self,
        token: str,
        ready: Callable[[Session], list[tuple[str, Body]]],
        changed: Callable[[], None],
    ) -> None:
        self._token, self._ready, self._changed = token, ready, changed
        self.heartbeat_interval = 41.25
        self.allowed_intents = ~sum(PRIVILEGED.values())
        self.refusals: deque[int] = deque()
        """Close codes for the next ones who identify."""
        self.sessions: dict[str, Session] = {}
        self.heard: list[tuple[float, int]] = []
        """When (monotonic seconds) a client sent which operation, heartbeats left out."""
        self.heartbeats: dict[Line, list[float]] = {}
        self.resumed: list[float] = []
        """When each RESUME was answered."""

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection until it ends."""
        ws = web.WebSocketResponse(autoping=True, max_msg_size=0)
        await ws.prepare(request)
        line = Line(request, ws)
        self.heartbeats[line] = []
        line.send(HELLO, {"heartbeat_interval": round(self.heartbeat_interval * 1000)})
        session: Session | None = None
        async for message in ws:
            code, session = self._receive(message, line, session)
            self._changed()
            if code:
                await line.close(code)
        line.end()
        if session and session.line is line:
            session.line = None
        self._changed()
        return ws

    def dispatch(self, event: str, data: Body, guild_id: int | None, intent: int = 0) -> None:
        """Send an event to the sessions that it concerns."""
        for session in self.sessions.values():
            if session.covers(guild_id) and session.intents & intent == intent:
                session.dispatch(event, data)

    def shows_messages(self) -> bool:
        """Whether a bot has asked for what messages say."""
        asked = PRIVILEGED["message_content"]
        return any(s.line and s.intents & asked for s in self.sessions.values())

    def repeat(self) -> None:
        """Send what came to pass in each session again, under new numbers."""
        for session in self.sessions.values():
            for _, text in list(session.events):
                event = json.loads(text)
                if event["t"] in ("INTERACTION_CREATE", "MESSAGE_CREATE"):
                    session.dispatch(event["t"], event["d"])

    def lines(self) -> list[Line]:
        """The connections of sessions."""
        return [session.line for session in self.sessions.values() if session.line]

    def invalidate(self, resumable: bool) -> None:
        """Op 9: tell every client that its session is over, or to resume it."""
        lines = self.lines()
        if not resumable:
            self.sessions.clear()
        for line in lines:
            line.send(INVALID_SESSION, resumable)

    def _receive(
        self, message: WSMessage, line: Line, session: Session | None
    ) -> tuple[int, Session | None]:
        """A close code or 0, and the session that the connection is for from here on."""
        if message.type is not WSMsgType.TEXT:
            return 4002, session
        payload = json.loads(message.data)
        op, data = payload["op"], payload["d"]
        if op == HEARTBEAT:
            self.heartbeats[line].append(time.monotonic())
            line.send(ACK)
            return 0, session
        self.heard.append((time.monotonic(), op))
        if op == IDENTIFY:
            return (4005, session) if session else self._identify(data, line)
        if op == RESUME:
            return (4005, session) if session else self._resume(data, line)
        if session is None:
            return 4003, None
        if op == REQUEST_MEMBERS:
            chunk = {"guild_id": data["guild_id"], "members": [], "chunk_index": 0}
            chunk |= {"chunk_count": 1, "nonce": data.get("nonce")}
            session.dispatch("GUILD_MEMBERS_CHUNK", chunk)
        return (0 if op in (REQUEST_MEMBERS, PRESENCE) else 4001), session

    def _identify(self, data: Body, line: Line) -> tuple[int, Session | None]:
        if self.refusals:
            return self.refusals.popleft(), None
        if data["token"] != self._token:
            return 4004, None
        if data["intents"] & ~self.allowed_intents:
            return 4014, None
        number = len(self.heard)
        shard = data.get("shard", [0, 1])
        session = Session(f"session-{number}", (shard[0], shard[1]), data["intents"], line)
        self.sessions[session.id] = session
        for event, shown in self._ready(session):
            session.dispatch(event, shown)
        return 0, session

    def _resume(self, data: Body, line: Line) -> tuple[int, Session | None]:
        session = self.sessions.get(data["session_id"])
        if data["token"] != self._token:
            return 4004, None
        if session is None:
            line.send(INVALID_SESSION, False)
            return 0, None
        if data["seq"] > session.sequence:
            return 4007, None
        session.line = line
        for sequence, text in session.events:
            if sequence > data["seq"]:
                line.send_text(text)
        session.dispatch("RESUMED", {})
        self.resumed.append(time.monotonic())
        return 0, session
