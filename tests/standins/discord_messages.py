"""Messages and threads as they come, change and go, each with the event that tells of it.

It knows Discord's rules for them, and nothing of HTTP.
"""

import time
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from tests.standins.discord_gateway import Gateway
from tests.standins.discord_rules import Body, RefusedError, check_message, invalid, length
from tests.standins.discord_world import (
    DEFAULT,
    DM,
    EPHEMERAL,
    LOADING,
    REPLY,
    SUPPRESS_EMBEDS,
    THREAD,
    V2,
    Channel,
    Message,
    P,
    User,
    World,
)

GUILD_MESSAGES, DIRECT_MESSAGES, GUILDS = 1 << 9, 1 << 12, 1
NONCE_KEPT = 300.0
UNKNOWN_CHANNEL = RefusedError(404, 10003, "Unknown Channel")
UNKNOWN_MESSAGE = RefusedError(404, 10008, "Unknown Message")


class Messages:
    """What is done to messages, by the bot and by people."""

    def __init__(self, world: World, gateway: Gateway) -> None:
        self._world, self._gateway = world, gateway
        self.takes_cards = True
        self._nonces: dict[tuple[int, str], tuple[float, Message]] = {}

    def channel(self, channel_id: str | int) -> Channel:
        """A channel that is there and that the bot may see."""
        channel = self._world.channels.get(int(channel_id))
        if channel is None:
            raise UNKNOWN_CHANNEL
        if P.VIEW_CHANNEL not in self._world.permissions(self._world.bot, channel):
            raise RefusedError(403, 50001, "Missing Access")
        return channel

    def message(self, channel: Channel, message_id: str | int) -> Message:
        """A message of a channel that is not for one person alone."""
        found = channel.messages.get(int(message_id))
        if found is None or found.only_for:
            raise UNKNOWN_MESSAGE
        return found

    def need(self, channel: Channel, wanted: P) -> None:
        """Raise RefusedError where the bot lacks a permission."""
        if wanted not in self._world.permissions(self._world.bot, channel):
            raise RefusedError(403, 50013, "Missing Permissions")

    def post(self, channel: Channel, body: Body, files: list[Body]) -> Message:
        """What the bot sends to a channel."""
        self._may_speak(channel, body, files)
        check_message(body, len(files))
        key = (channel.id, str(body["nonce"])) if body.get("nonce") is not None else None
        if key and body.get("enforce_nonce") and key in self._nonces:
            at, earlier = self._nonces[key]
            if time.monotonic() - at < NONCE_KEPT:
                return earlier
        reference = self._reference(channel, body.get("message_reference"))
        message = self.add(channel, self._world.bot, body, files, reference=reference)
        if key:
            self._nonces[key] = (time.monotonic(), message)
        return message

    def add(
        self,
        channel: Channel,
        author: User,
        body: Body,
        files: Sequence[Body] = (),
        reference: Message | None = None,
        **more: Any,
    ) -> Message:
        """A new message, whoever wrote it; people see it at once."""
        if channel.id not in self._world.channels:
            raise UNKNOWN_CHANNEL
        self._check_cards(body)
        self._world.enter(channel, author)
        kind = REPLY if reference else DEFAULT
        message = Message(self._world.snowflake(), channel, author, **{"kind": kind} | more)
        message.reference, message.nonce = reference, body.get("nonce")
        message.flags |= (body.get("flags") or 0) & (SUPPRESS_EMBEDS | V2 | EPHEMERAL | LOADING)
        self._fill(message, body, files)
        channel.messages[message.id] = message
        channel.archived = False
        self._tell("MESSAGE_CREATE", message)
        return message

    def edit(self, message: Message, body: Body, files: list[Body]) -> None:
        """Change what a message says; what `body` does not name stays."""
        if message.deleted:
            raise UNKNOWN_MESSAGE
        if message.channel.archived:
            raise RefusedError(400, 50083, "Thread is archived")
        if message.flags & V2:  # which cannot be taken back
            body = body | {"flags": (body.get("flags") or 0) | V2}
        check_message(body, len(files), editing=True)
        if (
            (body.get("flags") or 0) & V2
            and message.content
            and body.get("content", "") is not None
        ):
            raise invalid("content", "The 'content' field cannot be used with components v2.")
        self._check_cards(body)
        was_loading = message.loading
        message.flags &= ~LOADING
        self._fill(message, body, files)
        if not (message.text or message.components or message.attachments):
            raise RefusedError(400, 50006, "Cannot send an empty message")
        message.flags |= (body.get("flags") or 0) & V2
        message.edited = not was_loading
        self._tell("MESSAGE_UPDATE", message)

    def _check_cards(self, body: Body) -> None:
        if (body.get("flags") or 0) & V2 and not self.takes_cards:
            raise invalid("flags", "Components v2 cannot be used here.")

    def delete(self, message: Message) -> None:
        """Take a message away."""
        if message.channel.messages.pop(message.id, None) is None:
            raise UNKNOWN_MESSAGE
        message.deleted = True
        self._tell("MESSAGE_DELETE", message)

    def start_thread(self, start: Message, body: Body) -> Channel:
        """A thread from a message, as the bot makes it."""
        if start.channel.kind in (THREAD, DM):
            raise RefusedError(400, 50024, "Cannot execute action on this channel type")
        self.need(start.channel, P.CREATE_PUBLIC_THREADS)
        if start.thread:
            text = "A thread has already been created for this message"
            raise RefusedError(400, 160004, text)
        if not 1 <= length(body.get("name")) <= 100:
            raise invalid("name", "Must be between 1 and 100 in length.")
        thread = self._world.thread(start, body["name"], self._world.bot)
        self.tell_channel("THREAD_CREATE", thread, newly_created=True)
        self._tell("MESSAGE_UPDATE", start)
        return thread

    def forum_post(self, forum: Channel, title: str, author: User, text: str) -> Message:
        """A post of somebody in a forum."""
        self._world.enter(forum, author)
        post = self._world.post(forum, title, author)
        self.tell_channel("THREAD_CREATE", post, newly_created=True)
        first = Message(post.id, post, author)
        self._fill(first, {"content": text}, [])
        post.messages[first.id] = first
        self._tell("MESSAGE_CREATE", first)
        return first

    def tell_channel(self, event: str, channel: Channel, **more: Any) -> None:
        """Say what became of a channel or thread."""
        assert channel.guild
        shown = self._world.channel_json(channel) | more
        self._gateway.dispatch(event, shown, channel.guild.id, GUILDS)

    def remove_channel(self, channel: Channel) -> None:
        """Take a channel away, with all it holds."""
        assert channel.guild
        event = "THREAD_DELETE" if channel.kind == THREAD else "CHANNEL_DELETE"
        self.tell_channel(event, channel)
        self._world.channels.pop(channel.id)
        channel.guild.channels.pop(channel.id, None)

    def _may_speak(self, channel: Channel, body: Body, files: list[Body]) -> None:
        inside = channel.kind == THREAD
        self.need(channel, P.SEND_MESSAGES_IN_THREADS if inside else P.SEND_MESSAGES)
        if channel.locked:
            self.need(channel, P.MANAGE_THREADS)
        if files:
            self.need(channel, P.ATTACH_FILES)
        may = self._world.permissions(self._world.bot, channel)
        if body.get("message_reference") and P.READ_MESSAGE_HISTORY not in may:
            text = "Cannot reply without permission to read message history"
            raise RefusedError(403, 160002, text)

    def _reference(self, channel: Channel, pointer: Body | None) -> Message | None:
        if not pointer:
            return None
        found = channel.messages.get(int(pointer["message_id"]))
        if found is None and pointer.get("fail_if_not_exists", True):
            raise invalid("message_reference", "Unknown message")
        return found

    def _fill(self, message: Message, body: Body, files: Sequence[Body]) -> None:
        if "content" in body:
            message.content = body["content"] or ""
        if "embeds" in body:
            message.embeds = [{"type": "rich"} | embed for embed in body["embeds"] or []]
        if "components" in body:
            message.components = _numbered(deepcopy(body["components"] or []), [0])
        if "attachments" in body and not files:
            kept = {int(a["id"]) for a in body["attachments"] or []}
            message.attachments = [a for a in message.attachments if int(a["id"]) in kept]
        message.attachments = [*message.attachments, *files]
        self._world.notify(message, body.get("allowed_mentions"))
        message.versions.append((time.monotonic(), message.text))

    def _tell(self, event: str, message: Message) -> None:
        if message.only_for:
            return None
        world, channel = self._world, message.channel
        whole = world.readable(message) or self._gateway.shows_messages()
        shown = world.message_json(message, whole)
        if event == "MESSAGE_DELETE":
            shown = {"id": str(message.id), "channel_id": str(channel.id)}
        if not channel.guild:
            return self._gateway.dispatch(event, shown, None, DIRECT_MESSAGES)
        guild = channel.guild
        shown |= {"guild_id": str(guild.id), "member": world.member_json(guild, message.author)}
        if P.VIEW_CHANNEL in world.permissions(world.bot, channel):
            self._gateway.dispatch(event, shown, guild.id, GUILD_MESSAGES)
        return None


def _numbered(components: list[Body], last: list[int]) -> list[Body]:
    """With the ids and the defaults that Discord adds."""
    for part in components:
        last[0] += 1
        part["id"] = part.get("id") or last[0]
        if part["type"] == 3:
            part.setdefault("min_values", 1)
            part.setdefault("max_values", 1)
        for default in part.get("default_values", []):
            default["id"] = str(default["id"])
        for name in [name for name, value in part.items() if value is None]:
            del part[name]
        if emoji := part.get("emoji"):
            part["emoji"] = {name: value for name, value in emoji.items() if value is not None}
        _numbered(part.get("components", []), last)
    return components
