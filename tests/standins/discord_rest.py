"""Discord's HTTP API as far as a bot of questions and answers uses it.

Each request is kept with its answer, faults that were scripted come first, and what Discord
would refuse is refused with its codes.
"""

import asyncio
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from tests.standins.discord_interactions import Interactions
from tests.standins.discord_messages import Messages
from tests.standins.discord_rules import Body, RefusedError
from tests.standins.discord_world import Message, P, World

BASE = "/api/v10"
UNKNOWN_COMMAND = RefusedError(404, 10063, "Unknown application command")


@dataclass(eq=False)
class Exchange:
    """One request and what it got; `at` and `until` are monotonic seconds.

    `known` is whether the stand-in has such an endpoint, and `broken` what went wrong inside it.
    """

    method: str
    path: str
    body: Any
    at: float
    status: int = 0
    answer: str = ""
    until: float = 0.0
    known: bool = True
    broken: str = ""


@dataclass(eq=False)
class Fault:
    """What goes wrong with the next requests that match.

    `pause` is seconds before anything else; with `done` the request is carried out all the
    same and only its answer gets lost; `cut` breaks the connection in place of an answer.
    """

    method: str
    path: str
    status: int
    times: int = 1
    body: Body = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    pause: float = 0.0
    done: bool = False
    cut: bool = False

    def hits(self, method: str, path: str) -> bool:
        """Whether it is meant, and has not come often enough already."""
        meant = self.method in ("*", method) and re.fullmatch(self.path, path)
        return bool(self.times and meant)

    @property
    def carried_out(self) -> bool:
        """Whether what was asked for is done."""
        return self.done or not (self.status or self.cut)


SOUND = Fault("*", "", 0)
"""Nothing goes wrong."""


@dataclass
class Call:
    """A request taken apart."""

    ids: dict[str, str]
    query: dict[str, str]
    body: Any
    files: list[Body]


class Rest:
    """The endpoints."""

    def __init__(
        self,
        token: str,
        world: World,
        messages: Messages,
        interactions: Interactions,
        changed: Callable[[], None],
    ) -> None:
        self._key, self._world, self._changed = f"Bot {token}", world, changed
        self._messages, self._interactions = messages, interactions
        self.url = ""
        self.shards = 1
        self.flags = 0
        self.exchanges: list[Exchange] = []
        self.faults: list[Fault] = []
        self.commands: dict[int | None, list[Body]] = {}
        self.files: dict[str, bytes] = {}

    def routes(self) -> list[web.RouteDef]:
        """All of them, for aiohttp's router."""
        channel, webhook = "/channels/{c}", "/webhooks/{app}/{token}"
        message, answer = f"{channel}/messages/{{m}}", f"{webhook}/messages/{{m}}"
        table: list[tuple[str, str, Callable[[Call], tuple[int, Any]]]] = [
            ("GET", "/users/@me", self._me),
            ("GET", "/users/{u}", self._user),
            ("GET", "/oauth2/applications/@me", self._application),
            ("GET", "/applications/@me", self._application),
            ("GET", "/gateway", lambda _: (200, {"url": self._gateway_url()})),
            ("GET", "/gateway/bot", self._gateway_bot),
            ("GET", "/applications/{app}/commands", self._get_commands),
            ("PUT", "/applications/{app}/commands", self._put_commands),
            ("GET", "/applications/{app}/guilds/{g}/commands", self._get_commands),
            ("PUT", "/applications/{app}/guilds/{g}/commands", self._put_commands),
            ("POST", "/interactions/{i}/{token}/callback", self._respond),
            ("POST", webhook, self._follow),
            ("GET", answer, lambda call: (200, self._interactions.json(self._answer(call)))),
            ("PATCH", answer, self._edit_answer),
            ("DELETE", answer, self._delete_answer),
            ("POST", "/users/@me/channels", self._dm),
            ("GET", channel, self._get_channel),
            ("PATCH", channel, self._edit_channel),
            ("POST", f"{channel}/messages", self._post),
            ("GET", f"{channel}/messages", self._history),
            ("GET", message, self._get_message),
            ("PATCH", message, self._edit),
            ("DELETE", message, self._delete),
            ("PUT", f"{message}/reactions/{{emoji}}/@me", self._react),
            ("POST", f"{channel}/typing", self._typing),
            ("POST", f"{message}/threads", self._thread),
            ("PUT", f"{channel}/thread-members/@me", lambda _: (204, None)),
            ("GET", "/guilds/{g}/members/{u}", self._member),
        ]
        endpoints = [web.route(method, BASE + path, self._serve(do)) for method, path, do in table]
        unknown = web.route("*", BASE + "/{rest:.*}", self._serve(None))
        return [*endpoints, unknown, web.get("/attachments/{name:.*}", self._file)]

    def _serve(self, do: Callable[[Call], tuple[int, Any]] | None) -> Callable[[web.Request], Any]:
        async def handle(request: web.Request) -> web.Response:
            path = request.path.removeprefix(BASE)
            call = Call(dict(request.match_info), dict(request.query), *await self._body(request))
            kept = Exchange(request.method, path, call.body, time.monotonic(), known=bool(do))
            self.exchanges.append(kept)
            fault = self._fault(kept.method, path)
            await asyncio.sleep(fault.pause)
            authorized = "token" in call.ids or request.headers.get("Authorization") == self._key
            status, body = fault.status, fault.body or None
            if fault.carried_out:
                try:
                    done = self._carry_out(do if authorized else self._unauthorized, call)
                except Exception as bug:
                    kept.broken = repr(bug)
                    raise
                status, body = (status, body) if status else done
            kept.status, kept.until = status, time.monotonic()
            kept.answer = "" if body is None else json.dumps(body)
            self._changed()
            if fault.cut and request.transport:
                request.transport.abort()
            kind = {"Content-Type": "application/json"} if kept.answer else {}
            headers = kind | fault.headers
            return web.Response(status=status or 200, body=kept.answer.encode(), headers=headers)

        return handle

    def _fault(self, method: str, path: str) -> Fault:
        """What goes wrong this time."""
        for fault in self.faults:
            if fault.hits(method, path):
                fault.times -= 1
                return fault
        return SOUND

    def _carry_out(
        self, do: Callable[[Call], tuple[int, Any]] | None, call: Call
    ) -> tuple[int, Any]:
        """What Discord answers, were it not for a fault."""
        try:
            if do is None:
                raise RefusedError(404, 0, "404: Not Found")
            return do(call)
        except RefusedError as refusal:
            return refusal.status, refusal.body

    def _unauthorized(self, call: Call) -> tuple[int, Any]:
        raise RefusedError(401, 0, "401: Unauthorized")

    async def _body(self, request: web.Request) -> tuple[Any, list[Body]]:
        """The JSON, and the files that came with it."""
        if not request.content_type.startswith("multipart/"):
            text = await request.text()
            return (json.loads(text) if text else None), []
        body, files = None, []
        async for part in await request.multipart():
            assert isinstance(part, BodyPartReader)
            data = bytes(await part.read())
            if part.name == "payload_json":
                body = json.loads(data)
            else:
                files.append(self.attachment(part.filename or "file", data))
        return body, files

    def attachment(self, name: str, data: bytes) -> Body:
        """Keep a file and say where it can be had."""
        number = self._world.snowflake()
        address = f"attachments/{number}/{name}"
        self.files[address] = data
        url = f"{self.url}/{address}"
        kind = "text/plain; charset=utf-8" if name.endswith((".txt", ".md")) else None
        kind = "image/png" if name.endswith(".png") else kind
        shown = {"id": str(number), "filename": name, "size": len(data), "url": url}
        return shown | {"proxy_url": url} | ({"content_type": kind} if kind else {})

    async def _file(self, request: web.Request) -> web.Response:
        data = self.files.get(request.path.lstrip("/"))
        return web.Response(status=404) if data is None else web.Response(body=data)

    def _gateway_url(self) -> str:
        return self.url.replace("http", "ws", 1) + "/"

    def _me(self, call: Call) -> tuple[int, Any]:
        me = self._world.user_json(self._world.bot)
        return 200, me | {"mfa_enabled": False, "locale": "en-US"}

    def _user(self, call: Call) -> tuple[int, Any]:
        found = self._world.users.get(int(call.ids["u"]))
        if found is None:
            raise RefusedError(404, 10013, "Unknown User")
        return 200, self._world.user_json(found)

    def _member(self, call: Call) -> tuple[int, Any]:
        guild = self._world.guilds.get(int(call.ids["g"]))
        if guild is None or int(call.ids["u"]) not in guild.members:
            raise RefusedError(404, 10007, "Unknown Member")
        user, _ = guild.members[int(call.ids["u"])]
        return 200, self._world.member_json(guild, user) | {"user": self._world.user_json(user)}

    def _application(self, call: Call) -> tuple[int, Any]:
        owner = self._world.user_json(next(iter(self._world.users.values())))
        return 200, {
            "id": str(self._world.application_id), "name": "Dateline", "icon": None, "type": None,
            "description": "", "verify_key": "0" * 64,
            "flags": self.flags, "flags_new": str(self.flags),
            "redirect_uris": [], "interactions_endpoint_url": None, "owner": owner, "team": None,
            "role_connections_verification_url": None, "bot_public": True,
            "bot_require_code_grant": False, "explicit_content_filter": 0,
            "approximate_guild_count": len(self._world.guilds), "summary": "",
            "approximate_user_install_count": 0, "approximate_user_authorization_count": 0,
            "eligible_oauth2_scopes": ["bot", "applications.commands"],
        }  # fmt: skip

    def _gateway_bot(self, call: Call) -> tuple[int, Any]:
        limit = {"total": 1000, "remaining": 999, "reset_after": 1, "max_concurrency": 1}
        shown = {"url": self._gateway_url(), "shards": self.shards}
        return 200, shown | {"session_start_limit": limit}

    def _get_commands(self, call: Call) -> tuple[int, Any]:
        return 200, self.commands.get(_guild(call), [])

    def _put_commands(self, call: Call) -> tuple[int, Any]:
        guild, names = _guild(call), [(c.get("type", 1), c["name"]) for c in call.body]
        for kind, most in ((1, 100), (2, 15), (3, 15)):
            if sum(k == kind for k, _ in names) > most or len(set(names)) < len(names):
                raise RefusedError(400, 30032, "Maximum number of application commands reached.")
        self.commands[guild] = [self._command(command, guild) for command in call.body]
        return 200, self.commands[guild]

    def _command(self, command: Body, guild: int | None) -> Body:
        number = str(self._world.snowflake())
        may = command.get("default_member_permissions")
        shown = {
            "id": number, "application_id": str(self._world.application_id), "version": number,
            "type": command.get("type") or 1, "name": command["name"],
            "description": command.get("description") or "",
            "options": command.get("options") or [],
            "default_member_permissions": None if may is None else str(may),
            "nsfw": bool(command.get("nsfw")), "contexts": command.get("contexts"),
            "integration_types": command.get("integration_types") or [0],
        }  # fmt: skip
        return shown | ({"guild_id": str(guild)} if guild else {})

    def _respond(self, call: Call) -> tuple[int, Any]:
        number, token = call.ids["i"], call.ids["token"]
        shown = self._interactions.respond(number, token, call.body, call.files)
        return (200, shown) if call.query.get("with_response") else (204, None)

    def _follow(self, call: Call) -> tuple[int, Any]:
        message = self._interactions.follow(call.ids["token"], call.body, call.files)
        waits = call.query.get("wait") in ("1", "true", "True")
        return (200, self._interactions.json(message)) if waits else (204, None)

    def _answer(self, call: Call) -> Message:
        return self._interactions.answer(call.ids["token"], call.ids["m"])

    def _edit_answer(self, call: Call) -> tuple[int, Any]:
        message = self._answer(call)
        self._messages.edit(message, call.body, call.files)
        return 200, self._interactions.json(message)

    def _delete_answer(self, call: Call) -> tuple[int, Any]:
        self._messages.delete(self._answer(call))
        return 204, None

    def _dm(self, call: Call) -> tuple[int, Any]:
        user = self._world.users.get(int(call.body["recipient_id"]))
        if user is None:
            raise RefusedError(404, 10013, "Unknown User")
        return 200, self._world.channel_json(self._world.dm(user))

    def _get_channel(self, call: Call) -> tuple[int, Any]:
        return 200, self._world.channel_json(self._messages.channel(call.ids["c"]))

    def _edit_channel(self, call: Call) -> tuple[int, Any]:
        channel = self._messages.channel(call.ids["c"])
        self._messages.need(channel, P.MANAGE_THREADS)
        channel.name = call.body.get("name", channel.name)
        channel.archived = call.body.get("archived", channel.archived)
        channel.locked = call.body.get("locked", channel.locked)
        return 200, self._world.channel_json(channel)

    def _post(self, call: Call) -> tuple[int, Any]:
        channel = self._messages.channel(call.ids["c"])
        message = self._messages.post(channel, call.body, call.files)
        return 200, self._world.message_json(message)

    def _history(self, call: Call) -> tuple[int, Any]:
        channel = self._messages.channel(call.ids["c"])
        self._messages.need(channel, P.READ_MESSAGE_HISTORY)
        newest = sorted(channel.sent, key=lambda m: -m.id)[: int(call.query.get("limit", 50))]
        return 200, [self._world.message_json(m, self._world.readable(m)) for m in newest]

    def _get_message(self, call: Call) -> tuple[int, Any]:
        channel = self._messages.channel(call.ids["c"])
        self._messages.need(channel, P.READ_MESSAGE_HISTORY)
        message = self._messages.message(channel, call.ids["m"])
        return 200, self._world.message_json(message, self._world.readable(message))

    def _edit(self, call: Call) -> tuple[int, Any]:
        channel = self._messages.channel(call.ids["c"])
        message = self._messages.message(channel, call.ids["m"])
        if message.author is not self._world.bot:
            raise RefusedError(403, 50005, "Cannot edit a message authored by another user")
        self._messages.edit(message, call.body, call.files)
        return 200, self._world.message_json(message)

    def _delete(self, call: Call) -> tuple[int, Any]:
        channel = self._messages.channel(call.ids["c"])
        message = self._messages.message(channel, call.ids["m"])
        if message.author is not self._world.bot:
            self._messages.need(channel, P.MANAGE_MESSAGES)
        self._messages.delete(message)
        return 204, None

    def _react(self, call: Call) -> tuple[int, Any]:
        channel = self._messages.channel(call.ids["c"])
        self._messages.need(channel, P.ADD_REACTIONS)
        self._messages.need(channel, P.READ_MESSAGE_HISTORY)
        self._messages.message(channel, call.ids["m"]).reactions.append(call.ids["emoji"])
        return 204, None

    def _typing(self, call: Call) -> tuple[int, Any]:
        self._messages.need(self._messages.channel(call.ids["c"]), P.SEND_MESSAGES)
        return 204, None

    def _thread(self, call: Call) -> tuple[int, Any]:
        channel = self._messages.channel(call.ids["c"])
        start = self._messages.message(channel, call.ids["m"])
        return 201, self._world.channel_json(self._messages.start_thread(start, call.body))


def _guild(call: Call) -> int | None:
    return int(call.ids["g"]) if "g" in call.ids else None
