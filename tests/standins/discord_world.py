"""What the stand-in for Discord holds: servers, channels, people, messages, permissions.

It knows the shapes in which Discord shows them (`…_json`) and nothing of HTTP or the gateway.
"""

import re
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntFlag
from itertools import count
from typing import Any

Body = dict[str, Any]
EPOCH = 1_420_070_400_000
TEXT, DM, THREAD, FORUM = 0, 1, 11, 15
DEFAULT, REPLY, COMMAND_REPLY, CONTEXT_REPLY = 0, 19, 20, 23
PRESSED = {2, 3, 5, 6, 7, 8}
"""Kinds of components that are buttons or menus."""
SUPPRESS_EMBEDS, HAS_THREAD, EPHEMERAL, LOADING, V2 = 1 << 2, 1 << 5, 1 << 6, 1 << 7, 1 << 15


class Permission(IntFlag):
    """The permissions that matter here; Discord has more."""

    ADMINISTRATOR = 1 << 3
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    SEND_MESSAGES_IN_THREADS = 1 << 38


P = Permission
NONE = Permission(0)
EVERYTHING = P((1 << 53) - 1)
ORDINARY = (
    P.VIEW_CHANNEL | P.SEND_MESSAGES | P.READ_MESSAGE_HISTORY | P.USE_APPLICATION_COMMANDS
    | P.EMBED_LINKS | P.ATTACH_FILES | P.SEND_MESSAGES_IN_THREADS | P.ADD_REACTIONS
)  # fmt: skip
"""What @everyone may do on a new server."""


@dataclass(eq=False)
class User:
    """A person or the bot."""

    id: int
    name: str
    bot: bool = False

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"


@dataclass(eq=False)
class Role:
    """A role of a server; the one whose id is the server's is @everyone."""

    id: int
    name: str
    permissions: Permission = NONE


@dataclass(eq=False)
class Guild:
    """A server; `members` holds each member's roles beside @everyone."""

    id: int
    name: str
    owner: User
    roles: dict[int, Role] = field(default_factory=dict)
    channels: dict[int, "Channel"] = field(default_factory=dict)
    members: dict[int, tuple[User, list[Role]]] = field(default_factory=dict)


@dataclass(eq=False)
class Overwrite:
    """What a channel allows or denies a role or a member, whatever the server says."""

    allow: Permission = NONE
    deny: Permission = NONE


@dataclass(eq=False)
class Channel:
    """A channel of a server, a thread in one (`parent`), or a conversation with `recipient`."""

    id: int
    name: str
    kind: int
    guild: Guild | None = None
    parent: "Channel | None" = None
    recipient: User | None = None
    owner: User | None = None
    archived: bool = False
    locked: bool = False
    overwrites: dict[int, Overwrite] = field(default_factory=dict)
    messages: dict[int, "Message"] = field(default_factory=dict)

    @property
    def sent(self) -> list["Message"]:
        """Its messages, oldest first, without those that only one person sees."""
        return [m for m in list(self.messages.values()) if not m.only_for]


@dataclass(eq=False)
class Message:
    """A message; `only_for` is who alone sees it, `versions` all it said and when (seconds)."""

    id: int
    channel: Channel
    author: User
    kind: int = DEFAULT
    content: str = ""
    embeds: list[Body] = field(default_factory=list)
    components: list[Body] = field(default_factory=list)
    attachments: list[Body] = field(default_factory=list)
    flags: int = 0
    mentions: list[User] = field(default_factory=list)
    mention_everyone: bool = False
    reference: "Message | None" = None
    nonce: str | int | None = None
    thread: Channel | None = None
    metadata: Body | None = None
    only_for: User | None = None
    edited: bool = False
    deleted: bool = False
    reactions: list[str] = field(default_factory=list)
    versions: list[tuple[float, str]] = field(default_factory=list)

    @property
    def loading(self) -> bool:
        """Whether it still says that the bot is thinking."""
        return bool(self.flags & LOADING)

    @property
    def pings(self) -> bool:
        """Whether anybody is notified by it."""
        return self.mention_everyone or bool(self.mentions)

    @property
    def buttons(self) -> dict[str, Body]:
        """The buttons and menus on it by label, placeholder or emoji."""
        parts = [part for part in _walk(self.components) if part["type"] in PRESSED]
        return {_label(part): part for part in parts}

    @property
    def text(self) -> str:
        """All that a person reads in it."""
        texts = [self.content]
        for embed in self.embeds:
            texts += [embed.get("title", ""), embed.get("description", "")]
            texts += [part for f in embed.get("fields", []) for part in (f["name"], f["value"])]
            texts.append(embed.get("footer", {}).get("text", ""))
        texts += [part["content"] for part in _walk(self.components) if part["type"] == 10]
        return "\n".join(text for text in texts if text)


def _label(part: Body) -> str:
    emoji = (part.get("emoji") or {}).get("name")
    return str(part.get("label") or part.get("placeholder") or emoji or part.get("custom_id"))


def _walk(components: list[Body]) -> list[Body]:
    found: list[Body] = []
    for part in components:
        found += [part, *_walk(part.get("components", []))]
    return found


class World:
    """Everything there is; times are seconds of its own clock, which can be moved forward."""

    def __init__(self) -> None:
        self.ahead = 0.0
        self._count = count()
        self._opening = threading.Lock()
        self._private: dict[int, Channel] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.users: dict[int, User] = {}
        self.bot = self.user("Dateline", bot=True)
        self.application_id = self.bot.id

    def now(self) -> float:
        """Unix time, in seconds, by the clock of this world."""
        return time.time() + self.ahead

    def snowflake(self) -> int:
        """A new id, which holds the time."""
        return (int(self.now() * 1000) - EPOCH) << 22 | next(self._count) % (1 << 22)

    def user(self, name: str, bot: bool = False) -> User:
        """A new person."""
        user = User(self.snowflake(), name, bot)
        self.users[user.id] = user
        return user

    def guild(self, name: str, bot_may: Permission = ORDINARY | P.CREATE_PUBLIC_THREADS) -> Guild:
        """A new server with one channel, `general`, and the bot in it."""
        owner = self.user(f"{name}'s owner")
        guild = Guild(self.snowflake(), name, owner)
        guild.roles[guild.id] = Role(guild.id, "@everyone", ORDINARY)
        self.role(guild, "Dateline", bot_may, self.bot)
        guild.members[owner.id] = (owner, [])
        self.guilds[guild.id] = guild
        self.channel(guild, "general")
        return guild

    def role(self, guild: Guild, name: str, permissions: Permission, *members: User) -> Role:
        """A new role, given to `members`."""
        role = Role(self.snowflake(), name, permissions)
        guild.roles[role.id] = role
        for user in members:
            guild.members.setdefault(user.id, (user, []))[1].append(role)
        return role

    def channel(self, guild: Guild, name: str, kind: int = TEXT) -> Channel:
        """A new channel for texts, or a forum."""
        channel = Channel(self.snowflake(), name, kind, guild)
        guild.channels[channel.id] = self.channels[channel.id] = channel
        return channel

    def thread(self, start: Message, name: str, owner: User) -> Channel:
        """A new thread from a message, whose id it shares."""
        parent = start.channel
        thread = Channel(start.id, name, THREAD, parent.guild, parent, owner=owner)
        start.thread, start.flags = thread, start.flags | HAS_THREAD
        self.channels[thread.id] = thread
        return thread

    def post(self, forum: Channel, title: str, owner: User) -> Channel:
        """A new post of a forum, without its first message, which will share its id."""
        post = Channel(self.snowflake(), title, THREAD, forum.guild, forum, owner=owner)
        self.channels[post.id] = post
        return post

    def enter(self, channel: Channel, user: User) -> None:
        """Whoever acts in a server belongs to it."""
        if channel.guild:
            channel.guild.members.setdefault(user.id, (user, []))

    def dm(self, user: User) -> Channel:
        """The bot's private conversation with `user`; any thread may ask for it."""
        with self._opening:
            if user.id not in self._private:
                channel = Channel(self.snowflake(), user.name, DM, recipient=user)
                self._private[user.id] = self.channels[channel.id] = channel
            return self._private[user.id]

    def permissions(self, user: User, channel: Channel) -> Permission:
        """What `user` may do in `channel`, as Discord adds it up."""
        guild, place = channel.guild, channel.parent or channel
        if guild is None or guild.owner is user:
            return EVERYTHING
        roles = [guild.roles[guild.id], *guild.members.get(user.id, (user, []))[1]]
        may = NONE
        for role in roles:
            may |= role.permissions
        if P.ADMINISTRATOR in may:
            return EVERYTHING
        ranks = [[guild.id], [role.id for role in roles[1:]], [user.id]]
        for ids in ranks:
            found = [place.overwrites[i] for i in ids if i in place.overwrites]
            for overwrite in found:
                may &= ~overwrite.deny
            for overwrite in found:
                may |= overwrite.allow
        return may if P.VIEW_CHANNEL in may else NONE

    def notify(self, message: Message, allowed: Body | None) -> None:
        """Work out whom `message` notifies; without `allowed` it is all that it names."""
        guild = message.channel.guild
        shown = [part["content"] for part in _walk(message.components) if part["type"] == 10]
        text = "\n".join([message.content, *shown])
        parse = {"users", "roles", "everyone"} if allowed is None else set(allowed.get("parse", []))
        named = [int(i) for i in re.findall(r"<@!?(\d+)>", text)]
        listed = {int(i) for i in (allowed or {}).get("users", [])}
        pinged = [i for i in named if "users" in parse or i in listed]
        roles = [int(i) for i in re.findall(r"<@&(\d+)>", text)]
        roles_listed = {int(i) for i in (allowed or {}).get("roles", [])}
        if guild and roles:
            pinged += [
                u.id
                for u, held in guild.members.values()
                if any(r.id in roles and ("roles" in parse or r.id in roles_listed) for r in held)
            ]
        if message.reference and (allowed is None or allowed.get("replied_user")):
            pinged.append(message.reference.author.id)
        known = [self.users[i] for i in dict.fromkeys(pinged) if i in self.users]
        message.mentions = [user for user in known if user is not message.author]
        may = self.permissions(message.author, message.channel)
        message.mention_everyone = bool(
            re.search(r"@(everyone|here)\b", text)
            and "everyone" in parse
            and guild
            and P.MENTION_EVERYONE in may
        )

    # What Discord shows of each.

    def user_json(self, user: User) -> Body:
        """A user."""
        return {
            "id": str(user.id), "username": user.name, "discriminator": "0", "avatar": None,
            "global_name": None, "public_flags": 0, "flags": 0, "bot": user.bot,
            "primary_guild": None,
        }  # fmt: skip

    def member_json(self, guild: Guild, user: User) -> Body:
        """What a server knows of one of its members, without the user."""
        _, roles = guild.members.get(user.id, (user, []))
        return {
            "roles": [str(role.id) for role in roles], "joined_at": _stamp(guild.id),
            "deaf": False, "mute": False, "flags": 0, "nick": None, "avatar": None,
            "banner": None, "pending": False, "premium_since": None,
            "communication_disabled_until": None,
        }  # fmt: skip

    def role_json(self, role: Role, position: int) -> Body:
        """A role."""
        return {
            "id": str(role.id), "name": role.name, "permissions": str(int(role.permissions)),
            "color": 0, "colors": {"primary_color": 0, "secondary_color": None,
            "tertiary_color": None}, "hoist": False, "managed": False, "mentionable": False,
            "position": position, "flags": 0, "icon": None, "unicode_emoji": None,
            "description": None,
        }  # fmt: skip

    def channel_json(self, channel: Channel) -> Body:
        """A channel, thread or conversation."""
        shown: Body = {"id": str(channel.id), "type": channel.kind, "flags": 0}
        if channel.recipient:
            return shown | {"recipients": [self.user_json(channel.recipient)]}
        assert channel.guild
        shown |= {"guild_id": str(channel.guild.id), "name": channel.name}
        if channel.kind != THREAD:
            position = list(channel.guild.channels).index(channel.id)
            overwrites = [
                {"id": str(i), "type": 0 if i in channel.guild.roles else 1,
                 "allow": str(int(o.allow)), "deny": str(int(o.deny))}
                for i, o in channel.overwrites.items()
            ]  # fmt: skip
            return shown | {"position": position, "permission_overwrites": overwrites}
        assert channel.parent and channel.owner
        sent = len(channel.messages)
        return shown | {
            "parent_id": str(channel.parent.id), "owner_id": str(channel.owner.id),
            "message_count": sent, "total_message_sent": sent, "member_count": 1,
            "thread_metadata": {"archived": channel.archived, "locked": channel.locked,
            "auto_archive_duration": 1440, "archive_timestamp": _stamp(channel.id)},
        }  # fmt: skip

    def guild_json(self, guild: Guild) -> Body:
        """A server as GUILD_CREATE shows it; of its members only the bot."""
        me = self.member_json(guild, self.bot) | {"user": self.user_json(self.bot)}
        threads = [c for c in self.channels.values() if c.parent and c.guild is guild]
        return {
            "id": str(guild.id), "name": guild.name, "owner_id": str(guild.owner.id),
            "unavailable": False, "member_count": len(guild.members), "large": False,
            "joined_at": _stamp(guild.id), "features": [], "emojis": [], "stickers": [],
            "roles": [self.role_json(r, n) for n, r in enumerate(guild.roles.values())],
            "channels": [self.channel_json(c) for c in guild.channels.values()],
            "threads": [self.channel_json(c) for c in threads if not c.archived],
            "members": [me], "voice_states": [], "presences": [], "stage_instances": [],
            "guild_scheduled_events": [], "soundboard_sounds": [], "afk_timeout": 300,
            "premium_tier": 0, "preferred_locale": "en-US", "verification_level": 0,
            "default_message_notifications": 0, "explicit_content_filter": 0, "mfa_level": 0,
            "nsfw_level": 0, "system_channel_flags": 0, "icon": None,
        }  # fmt: skip

    def message_json(self, message: Message, whole: bool = True, deep: bool = True) -> Body:
        """A message; without `whole`, as one is shown that the bot may not read."""
        place = message.channel
        shown: Body = {
            "id": str(message.id), "type": message.kind, "channel_id": str(place.id),
            "author": self.user_json(message.author), "timestamp": _stamp(message.id),
            "edited_timestamp": _iso(self.now()) if message.edited else None, "tts": False,
            "pinned": False, "flags": message.flags, "mention_everyone": message.mention_everyone,
            "mentions": [self.user_json(user) for user in message.mentions], "mention_roles": [],
            "content": message.content if whole else "",
            "embeds": message.embeds if whole else [],
            "components": message.components if whole else [],
            "attachments": message.attachments if whole else [],
        }  # fmt: skip
        if message.nonce is not None:
            shown["nonce"] = message.nonce
        if message.thread:
            shown["thread"] = self.channel_json(message.thread)
        if message.metadata:
            shown |= {
                "interaction_metadata": message.metadata,
                "application_id": str(self.application_id),
                "webhook_id": str(self.application_id),
            }
        if deep and message.reference:
            shown |= self._reference_json(message.reference)
        return shown

    def readable(self, message: Message) -> bool:
        """Whether the bot is shown what `message` says, without a privileged intent."""
        to_bot = message.channel.kind == DM or self.bot in message.mentions
        return to_bot or message.author is self.bot

    def _reference_json(self, earlier: Message) -> Body:
        place = earlier.channel
        pointer = {"type": 0, "message_id": str(earlier.id), "channel_id": str(place.id)}
        if place.guild:
            pointer["guild_id"] = str(place.guild.id)
        shown = self.message_json(earlier, self.readable(earlier), deep=False)
        return {
            "message_reference": pointer,
            "referenced_message": None if earlier.deleted else shown,
        }


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def _stamp(snowflake: int) -> str:
    return _iso(((snowflake >> 22) + EPOCH) / 1000)
