"""Discord on loopback: its HTTP API and its gateway, with real rules and scripted bad days.

A bot is pointed at it with DISCORD_API (`api`) and DISCORD_GATEWAY (`gateway_url`). People act
through `slash`, `says`, `clicks`, `submits` and `menu`; `until` waits for what the bot does.
It runs in a thread of its own, so that any kind of test can use it, and keeps every request.
"""

import asyncio
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from itertools import pairwise
from typing import Any, TypeVar

from aiohttp import web

from tests.standins.discord_gateway import PRIVILEGED, RECONNECT, Gateway, Line, Session
from tests.standins.discord_interactions import (
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    FORM,
    Interaction,
    Interactions,
)
from tests.standins.discord_messages import Messages
from tests.standins.discord_rest import Exchange, Fault, Rest
from tests.standins.discord_rules import BUTTON, Body, inputs
from tests.standins.discord_world import (
    FORUM,
    Channel,
    Guild,
    Message,
    Overwrite,
    Permission,
    User,
    World,
)
from tests.standins.threads import looping

T = TypeVar("T")
LIMITED_CONTENT = 1 << 19
PATIENCE = 90.0
GLANCE = 0.2
TOKEN = "a-token-of-the-tests-alone"
SUBCOMMAND, SUBGROUP = 1, 2
STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, NUMBER, ATTACHMENT = 3, 4, 5, 6, 7, 8, 10, 11
CHAT, MESSAGE_MENU = 1, 3


class DiscordServer:
    """The stand-in. It begins with one server, its channel `general` and one reader."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._changes: asyncio.Event = asyncio.Event()
        self.world = World()
        self.gateway = Gateway(TOKEN, self._ready, self._changed)
        self._messages = Messages(self.world, self.gateway)
        self._interactions = Interactions(self.world, self.gateway, self._messages)
        self._rest = Rest(TOKEN, self.world, self._messages, self._interactions, self._changed)
        self.bot = self.world.bot
        self.guild = self.world.guild("Newsroom")
        self.general = next(iter(self.guild.channels.values()))
        self.reader = self.world.user("reader")
        self._tokens = 0

    # Where it is, and what it has seen.

    @property
    def url(self) -> str:
        """Its address."""
        return self._rest.url

    @property
    def settings(self) -> dict[str, str]:
        """What points a bot at it."""
        gateway = self.url.replace("http", "ws", 1) + "/"
        api = f"{self.url}/api/v10"
        return {"DISCORD_TOKEN": TOKEN, "DISCORD_API": api, "DISCORD_GATEWAY": gateway}

    @property
    def exchanges(self) -> list[Exchange]:
        """Every request so far with its answer, oldest first."""
        return list(self._rest.exchanges)

    @property
    def commands(self) -> list[Body]:
        """The commands that are registered everywhere."""
        return self._rest.commands.get(None, [])

    def interactions(self) -> list[Interaction]:
        """All of them, oldest first."""
        return list(self._interactions.all.values())

    def until(self, find: Callable[[], T], seconds: float = PATIENCE) -> T:
        """What `find` returns once that is true; AssertionError when it does not come true."""
        waiting = asyncio.run_coroutine_threadsafe(self._until(find, seconds), self._loop)
        return waiting.result()

    def is_ready(self, besides: Collection[Line] = ()) -> bool:
        """Whether a bot is connected, by another line than `besides`, and its commands are there.

        A process that was killed is still connected until its end is heard of.
        """
        lines = [line for line in self.gateway.lines() if line not in besides]
        return bool(lines and self._rest.commands)

    def message_where(
        self,
        fits: Callable[[Message], Any],
        channel: Channel | None = None,
        seconds: float = PATIENCE,
    ) -> Message:
        """The first message of the bot in `channel` that fits."""
        place = channel or self.general
        ours = lambda: [m for m in place.sent if m.author is self.bot and fits(m)]  # noqa: E731
        return self.until(ours, seconds)[0]

    def forget(self) -> None:
        """Let go of the requests and interactions so far."""
        self._do(self._rest.exchanges.clear)
        self._do(self._interactions.forget)

    def heartbeat_gaps(self, since: float = 0.0) -> list[float]:
        """Seconds between one heartbeat of a connection and the next, `since` a monotonic time."""
        lines = list(self.gateway.heartbeats.values())
        return [b - a for line in lines for a, b in pairwise(line) if a >= since]

    # Who and what there is.

    def joins(self, name: str) -> Guild:
        """Another server, which the bot joins; it has a channel `general`."""
        guild = self._do(partial(self.world.guild, name))
        shown = self.world.guild_json(guild)
        self._do(lambda: self.gateway.dispatch("GUILD_CREATE", shown, guild.id))
        return guild

    def channel(self, name: str, guild: Guild | None = None) -> Channel:
        """A new channel."""
        made = self._do(partial(self.world.channel, guild or self.guild, name))
        self._do(lambda: self._messages.tell_channel("CHANNEL_CREATE", made))
        return made

    def forum(self, name: str, guild: Guild | None = None) -> Channel:
        """A new forum."""
        made = self._do(partial(self.world.channel, guild or self.guild, name, FORUM))
        self._do(lambda: self._messages.tell_channel("CHANNEL_CREATE", made))
        return made

    def posts(self, forum: Channel, title: str, text: str, user: User | None = None) -> Message:
        """Let someone write a post in a forum; its first message."""
        return self._do(lambda: self._messages.forum_post(forum, title, user or self.reader, text))

    def user(self, name: str) -> User:
        """A new person, who belongs to every server."""
        return self._do(partial(self.world.user, name))

    # What people do.

    def slash(
        self,
        name: str,
        /,
        *,
        user: User | None = None,
        channel: Channel | None = None,
        age: float = 0.0,
        **options: Any,
    ) -> Interaction:
        """Let someone use a command that is registered; "group sub" names a subcommand.

        An option is a plain value, a User, Channel or Role, or what `attachment` gave. One that
        is called `user` or `channel` itself takes an underscore at its end.
        """
        data = self._command(name, CHAT, options)
        return self._act(COMMAND, data, user, channel, age=age)

    def completes(
        self,
        name: str,
        option: str,
        typed: str,
        /,
        *,
        user: User | None = None,
        channel: Channel | None = None,
        **options: Any,
    ) -> list[Body]:
        """The choices that the bot offers for what was typed so far."""
        data = self._command(name, CHAT, {option: typed} | options)
        _focus(data["options"], option)
        made = self._act(AUTOCOMPLETE, data, user, channel)
        return self.until(lambda: [made.choices] if made.choices is not None else [])[0]

    def menu(self, name: str, message: Message, user: User | None = None) -> Interaction:
        """Let someone choose a message command from the context menu of a message."""
        data = self._command(name, MESSAGE_MENU, {}) | {"target_id": str(message.id)}
        shown = self._do(lambda: self.world.message_json(message))
        data["resolved"] = {"messages": {str(message.id): shown}}
        return self._act(COMMAND, data, user, message.channel)

    def says(
        self,
        text: str,
        user: User | None = None,
        channel: Channel | None = None,
        reply_to: Message | None = None,
        *,
        ping: bool = True,
        files: Sequence[Body] = (),
        embeds: Sequence[Body] = (),
    ) -> Message:
        """Let someone write a message; `ping` is the @ of a reply, `files` are attachments."""
        place = channel or (reply_to.channel if reply_to else self.general)
        body: Body = {"content": text, "embeds": [*embeds]}
        if not ping:
            body |= {"allowed_mentions": {"parse": ["users"], "replied_user": False}}
        author = user or self.reader
        return self._do(
            lambda: self._messages.add(place, author, body, [*files], reference=reply_to)
        )

    def clicks(
        self,
        message: Message,
        button: str,
        user: User | None = None,
        age: float = 0.0,
        values: list[str] | None = None,
    ) -> Interaction:
        """Press a button, named by label, emoji or custom_id; for a menu, choose `values`."""
        parts = {part.get("custom_id"): part for part in message.buttons.values()}
        part = message.buttons.get(button) or parts.get(button)
        assert part, f"no button {button!r} among {list(message.buttons)}"
        assert not part.get("disabled"), f"{button!r} cannot be pressed"
        who = user or message.only_for or self.reader
        assert message.only_for in (None, who), "not theirs to see"
        data: Body = {"custom_id": part["custom_id"], "component_type": part["type"]}
        if part["type"] != BUTTON:
            data["values"] = values or []
            data["resolved"] = self._resolved(values or [])
        return self._act(COMPONENT, data, who, message.channel, message=message, age=age)

    def forges(self, message: Message, custom_id: str, user: User) -> Interaction:
        """Press a button that is not there."""
        data: Body = {"custom_id": custom_id, "component_type": BUTTON}
        return self._act(COMPONENT, data, user, message.channel, message=message)

    def submits(self, opened: Interaction, sender: User | None = None, **texts: str) -> Interaction:
        """Send the form that an interaction opened; fields by custom_id, else in their order.

        With a `sender`, somebody else does so, who has made up the request.
        """
        modal = self.until(lambda: opened.modal)
        assert modal
        fields = {part["custom_id"]: part for part in inputs(modal)}
        given = (
            texts if set(texts) <= set(fields) else dict(zip(fields, texts.values(), strict=True))
        )
        rows = [_filled(row, given) for row in modal["components"]]
        data = {"custom_id": modal["custom_id"], "components": rows}
        who = sender or opened.user
        return self._act(FORM, data, who, opened.channel, message=opened.message)

    def deletes(self, gone: Message | Channel) -> None:
        """Let someone delete a message or a channel."""
        if isinstance(gone, Message):
            self._do(lambda: self._messages.delete(gone))
        else:
            self._do(lambda: self._messages.remove_channel(gone))

    def forbids(
        self, denied: Permission, channel: Channel | None = None, told: bool = True
    ) -> None:
        """Take permissions from the bot in a channel; it may not have been `told` yet."""
        place = channel or self.general
        place.overwrites[self.bot.id] = Overwrite(deny=denied)
        if told:
            self._do(lambda: self._messages.tell_channel("CHANNEL_UPDATE", place))

    def attachment(self, name: str, data: bytes) -> Body:
        """A file that can be had from its `url`."""
        return self._do(lambda: self._rest.attachment(name, data))

    # Bad days.

    def fails(self, method: str, path: str, status: int = 500, times: int = 1, **how: Any) -> Fault:
        """Let the next requests to `path`, a regular expression, go wrong; see Fault."""
        fault = Fault(method, path, status, times, **how)
        self._rest.faults.append(fault)
        return fault

    def takes_cards(self, takes: bool) -> None:
        """Whether messages may be made of components alone; if not, they are refused."""
        self._messages.takes_cards = takes

    def heals(self) -> None:
        """No more faults."""
        self._rest.faults.clear()

    def limits(self, method: str, path: str, seconds: float, times: int = 1) -> Fault:
        """Answer 429: too many requests, try again after some seconds."""
        body = {"message": "You are being rate limited.", "retry_after": seconds, "global": False}
        headers = {"Via": "1.1 google", "Retry-After": str(seconds)}
        return self.fails(method, path, 429, times, body=body | {"code": 0}, headers=headers)

    def drops(self, code: int) -> None:
        """Close every connection of the gateway with a code."""
        for line in self._do(self.gateway.lines):
            asyncio.run_coroutine_threadsafe(line.close(code), self._loop).result(PATIENCE)

    def refuses(self, code: int, times: int = 1) -> None:
        """Close the next connections with a code as soon as they identify."""
        self.gateway.refusals.extend([code] * times)

    def op7(self) -> None:
        """Ask every client to connect anew."""
        for line in self._do(self.gateway.lines):
            self._do(partial(line.send, RECONNECT))

    def op9(self, resumable: bool) -> None:
        """Tell every client that its session is invalid."""
        self._do(lambda: self.gateway.invalidate(resumable))

    def resets(self) -> None:
        """Break off every connection of the gateway, unannounced."""
        for line in self._do(self.gateway.lines):
            self._do(line.reset)

    def repeats(self) -> None:
        """Send every interaction and message of people once more, as a resume gone wrong does."""
        self._do(self.gateway.repeat)

    def asks_for_shards(self, shards: int) -> None:
        """Have bots that connect from now on spread over so many connections."""
        self._rest.shards = shards

    def later(self, seconds: float) -> None:
        """Move Discord's clock forward."""
        self.world.ahead += seconds

    def allow_intent(self, name: str) -> None:
        """Grant the application a privileged intent."""
        self.gateway.allowed_intents |= PRIVILEGED[name]
        self._rest.flags |= LIMITED_CONTENT if name == "message_content" else 0

    # How it works.

    async def serve(self, started: Callable[[], None], stop: asyncio.Event) -> None:
        """Take connections until `stop`."""
        app = web.Application(client_max_size=64 * 1024**2)
        app.add_routes([*self._rest.routes(), web.get("/", self.gateway.connect)])
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self._rest.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        started()
        await stop.wait()
        for line in self.gateway.lines():
            line.reset()
        await runner.cleanup()

    def _ready(self, session: Session) -> list[tuple[str, Body]]:
        guilds = [g for g in self.world.guilds.values() if session.covers(g.id)]
        away = [{"id": str(guild.id), "unavailable": True} for guild in guilds]
        address = self.settings["DISCORD_GATEWAY"]
        ready = {
            "v": 10, "user": self.world.user_json(self.bot), "guilds": away,
            "session_id": session.id, "resume_gateway_url": address, "shard": session.shard,
            "application": {"id": str(self.world.application_id), "flags": 0},
        }  # fmt: skip
        shown = [("GUILD_CREATE", self.world.guild_json(guild)) for guild in guilds]
        return [("READY", ready), *shown]

    def _changed(self) -> None:
        self._changes.set()
        self._changes = asyncio.Event()

    async def _until(self, find: Callable[[], T], seconds: float) -> T:
        try:
            async with asyncio.timeout(seconds):
                while not (found := find()):
                    with suppress(TimeoutError):  # what is no change of ours may come true too
                        await asyncio.wait_for(self._changes.wait(), GLANCE)
                return found
        except TimeoutError:
            seen = [f"{e.method} {e.path} {e.status}" for e in self.exchanges[-12:]]
            raise AssertionError(f"nothing in {seconds} s; last requests: {seen}") from None

    def _do(self, act: Callable[[], T]) -> T:
        """Have the server's own thread do something, and say so to those who wait."""

        async def acted() -> T:
            done = act()
            self._changed()
            return done

        return asyncio.run_coroutine_threadsafe(acted(), self._loop).result(PATIENCE)

    def _act(
        self,
        kind: int,
        data: Body,
        user: User | None,
        channel: Channel | None,
        *,
        message: Message | None = None,
        age: float = 0.0,
    ) -> Interaction:
        place = channel or self.general
        who = user or self.reader
        send = partial(self._interactions.send, kind, data, who, place, message=message, age=age)
        return self._do(send)

    def _command(self, name: str, kind: int, options: dict[str, Any]) -> Body:
        """The data of a command, its options typed as they were registered."""
        words = name.split(" ") if kind == CHAT else [name]
        found = next(c for c in self.commands if c["name"] == words[0] and c["type"] == kind)
        data: Body = {"id": found["id"], "name": words[0], "type": kind, "options": []}
        inner, level = data, found
        for word in words[1:]:
            level = next(o for o in level["options"] if o["name"] == word)
            inner["options"] = [{"name": word, "type": level["type"], "options": []}]
            inner = inner["options"][0]
        for key, value in options.items():
            name = key.rstrip("_")
            option = next(o for o in level.get("options", []) if o["name"] == name)
            inner["options"].append({"name": name, "type": option["type"], "value": _plain(value)})
        files = [v for v in options.values() if isinstance(v, dict)]
        data["resolved"] = self._resolved(list(map(_plain, options.values())))
        if files:
            data["resolved"]["attachments"] = {file["id"]: file for file in files}
        return data

    def _resolved(self, values: list[Any]) -> Body:
        """What Discord tells of the ids among `values`."""
        ids = {int(v) for v in values if isinstance(v, str) and v.isdigit()}
        shown: Body = {}
        for user in [u for i, u in list(self.world.users.items()) if i in ids]:
            shown.setdefault("users", {})[str(user.id)] = self.world.user_json(user)
            member = self.world.member_json(self.guild, user) | {"permissions": "0"}
            shown.setdefault("members", {})[str(user.id)] = member
        for channel in [c for i, c in list(self.world.channels.items()) if i in ids]:
            brief = self.world.channel_json(channel) | {"permissions": "0"}
            shown.setdefault("channels", {})[str(channel.id)] = brief
        for guild in self.world.guilds.values():
            for role in [r for i, r in guild.roles.items() if i in ids]:
                shown.setdefault("roles", {})[str(role.id)] = self.world.role_json(role, 1)
        return shown


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return value["id"]
    return value if isinstance(value, str | int | float) else str(value.id)


def _focus(options: list[Body], name: str) -> None:
    for option in options:
        if option["name"] == name:
            option["focused"] = True
        _focus(option.get("options", []), name)


def _filled(part: Body, given: dict[str, str]) -> Body:
    """A part of a form as it comes back: what was written, in the frame that it had."""
    shown: Body = {"type": part["type"], "id": 0}
    if "components" in part:
        return shown | {"components": [_filled(inner, given) for inner in part["components"]]}
    if "component" in part:
        return shown | {"component": _filled(part["component"], given)}
    return shown | {"custom_id": part["custom_id"], "value": given.get(part["custom_id"], "")}


@contextmanager
def running(heartbeat: float = 41.25) -> Iterator[DiscordServer]:
    """The server in a thread of its own; `heartbeat` is the seconds between two of a client's."""
    loop = asyncio.new_event_loop()
    server = DiscordServer(loop)
    server.gateway.heartbeat_interval = heartbeat
    with looping(server.serve, loop):
        yield server
