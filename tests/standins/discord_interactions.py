"""Interactions: a command, a click, a form, and what the bot may answer to each, and until when.

The first answer is due within three seconds; the token lives fifteen minutes; who sees an
answer is settled by the first one.
"""

import time
from dataclasses import dataclass, field
from typing import Any

from tests.standins.discord_gateway import Gateway
from tests.standins.discord_messages import UNKNOWN_MESSAGE, Messages
from tests.standins.discord_rules import (
    CHOICES,
    Body,
    RefusedError,
    check_message,
    check_modal,
    invalid,
)
from tests.standins.discord_world import (
    COMMAND_REPLY,
    CONTEXT_REPLY,
    EPHEMERAL,
    LOADING,
    REPLY,
    Channel,
    Message,
    User,
    World,
)

COMMAND, COMPONENT, AUTOCOMPLETE, FORM = 2, 3, 4, 5
SAY, THINK, THINK_ON, CHANGE, OFFER, OPEN = 4, 5, 6, 7, 8, 9
FIRST, ALIVE = 3.0, 900.0
SIZE_LIMIT = 10 * 1024 * 1024


@dataclass(eq=False)
class Interaction:
    """One of them, with what came back. `answered` and `created` are monotonic seconds.

    `expired` is whether the first answer came too late.
    """

    id: int
    token: str
    kind: int
    user: User
    channel: Channel
    data: Body
    born: float
    created: float = field(default_factory=time.monotonic)
    message: Message | None = None
    answered: float | None = None
    response: int | None = None
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    modal: Body | None = None
    choices: list[Body] | None = None
    expired: bool = False

    @property
    def private(self) -> bool:
        """Whether the answer is for its asker alone."""
        return bool(self.original and self.original.only_for)

    @property
    def answers(self) -> list[Message]:
        """The messages it led to, those deleted again left out."""
        found = [self.original, *self.followups]
        return [m for m in found if m and not m.deleted and m is not self.message]


class Interactions:
    """All there were."""

    def __init__(self, world: World, gateway: Gateway, messages: Messages) -> None:
        self._world, self._gateway, self._messages = world, gateway, messages
        self.all: dict[int, Interaction] = {}
        self._by_token: dict[str, Interaction] = {}

    def send(
        self,
        kind: int,
        data: Body,
        user: User,
        channel: Channel,
        *,
        message: Message | None = None,
        age: float = 0.0,
    ) -> Interaction:
        """Let `user` do something; `age` is how many seconds ago, had it been held up."""
        self._world.enter(channel, user)
        number = self._world.snowflake()
        token = f"interaction-{number}"
        born = self._world.now() - age
        made = Interaction(number, token, kind, user, channel, data, born, message=message)
        self.all[number] = self._by_token[token] = made
        guild = channel.guild
        self._gateway.dispatch("INTERACTION_CREATE", self._json(made), guild.id if guild else None)
        return made

    def forget(self) -> None:
        """Let go of all of them."""
        self.all.clear()
        self._by_token.clear()

    def respond(self, number: str, token: str, body: Body, files: list[Body]) -> Body:
        """The first answer."""
        found = self.all.get(int(number))
        if found and self._world.now() - found.born > FIRST:
            found.expired = True
        if not found or found.token != token or found.expired:
            raise RefusedError(404, 10062, "Unknown interaction")
        if found.answered is not None:
            raise RefusedError(400, 40060, "Interaction has already been acknowledged.")
        if found.channel.id not in self._world.channels:
            raise RefusedError(404, 10003, "Unknown Channel")
        kind, data = body["type"], body.get("data") or {}
        self._apply(found, kind, data, files)
        found.answered, found.response = time.monotonic(), kind
        shown: Body = {"interaction": {"id": number, "type": found.kind}}
        if found.original:
            shown["interaction"] |= {
                "response_message_id": str(found.original.id),
                "response_message_loading": found.original.loading,
                "response_message_ephemeral": found.private,
            }
        if kind in (SAY, CHANGE) and found.original:
            shown["resource"] = {"type": kind, "message": self.json(found.original)}
        return shown

    def follow(self, token: str, body: Body, files: list[Body]) -> Message:
        """A later answer; the first one takes the place of "is thinking"."""
        found = self._alive(token)
        if found.original and found.original.loading and not found.original.deleted:
            check_message(body, len(files))
            self._messages.edit(found.original, body, files)
            return found.original
        check_message(body, len(files))
        message = self._say(found, body, files)
        found.followups.append(message)
        return message

    def answer(self, token: str, message_id: str) -> Message:
        """One of the answers, `@original` the first."""
        found = self._alive(token)
        if message_id == "@original":
            wanted = found.original
        else:
            ours = [found.original, *found.followups]
            wanted = next((m for m in ours if m and m.id == int(message_id)), None)
        if wanted is None or wanted.deleted:
            raise UNKNOWN_MESSAGE
        return wanted

    def json(self, message: Message) -> Body:
        """A message as its own application sees it."""
        return self._world.message_json(message)

    def _alive(self, token: str) -> Interaction:
        found = self._by_token.get(token)
        if found is None or found.answered is None:
            raise RefusedError(404, 10015, "Unknown Webhook")
        if self._world.now() - found.born > ALIVE:
            raise RefusedError(401, 50027, "Invalid Webhook Token")
        if found.channel.id not in self._world.channels:
            raise RefusedError(404, 10003, "Unknown Channel")
        return found

    def _apply(self, found: Interaction, kind: int, data: Body, files: list[Body]) -> None:
        if kind == SAY:
            check_message(data, len(files))
            found.original = self._say(found, data, files)
        elif kind == THINK:
            found.original = self._say(found, {"flags": (data.get("flags") or 0) | LOADING}, [])
        elif kind in (THINK_ON, CHANGE) and found.message:
            found.original = found.message
            if kind == CHANGE:
                self._messages.edit(found.message, data, files)
        elif kind == OFFER and found.kind == AUTOCOMPLETE:
            if len(data.get("choices", [])) > CHOICES:
                raise invalid("data.choices", f"Must be {CHOICES} or fewer in length.")
            found.choices = data["choices"]
        elif kind == OPEN and found.kind != FORM:
            check_modal(data)
            found.modal = data
        else:
            raise invalid("type", "Not a response for this kind of interaction.")

    def _say(self, found: Interaction, body: Body, files: list[Body]) -> Message:
        private = (body.get("flags") or 0) & EPHEMERAL
        kind = COMMAND_REPLY if found.kind == COMMAND else REPLY
        if found.data.get("type") == 3:
            kind = CONTEXT_REPLY
        who = found.user if private else None
        return self._messages.add(
            found.channel, self._world.bot, body, files, kind=kind, only_for=who,
            metadata=self._metadata(found),
        )  # fmt: skip

    def _metadata(self, found: Interaction) -> Body:
        owner = found.channel.guild or found.user
        shown: Body = {
            "id": str(found.id), "type": found.kind, "user": self._world.user_json(found.user),
            "authorizing_integration_owners": {"0": str(owner.id)},
        }  # fmt: skip
        if found.kind == COMPONENT and found.message:
            shown["interacted_message_id"] = str(found.message.id)
        if found.kind == FORM and found.message:
            before = shown | {"type": COMPONENT, "interacted_message_id": str(found.message.id)}
            shown["triggering_interaction_metadata"] = before
        elif found.kind == FORM:
            shown["triggering_interaction_metadata"] = shown | {"type": COMMAND}
        return shown

    def _json(self, made: Interaction) -> Body:
        world, channel, guild = self._world, made.channel, made.channel.guild
        may = str(int(world.permissions(world.bot, channel)))
        owner: Any = guild or made.user
        shown: Body = {
            "id": str(made.id), "application_id": str(world.application_id), "type": made.kind,
            "token": made.token, "version": 1, "data": made.data, "locale": "en-US",
            "channel_id": str(channel.id), "channel": world.channel_json(channel),
            "app_permissions": may, "entitlements": [], "context": 0 if guild else 1,
            "authorizing_integration_owners": {"0": str(owner.id)},
            "attachment_size_limit": SIZE_LIMIT,
        }  # fmt: skip
        if made.message:
            shown["message"] = world.message_json(made.message)
        if guild is None:
            return shown | {"user": world.user_json(made.user)}
        permissions = str(int(world.permissions(made.user, channel)))
        member = world.member_json(guild, made.user) | {"permissions": permissions}
        member["user"] = world.user_json(made.user)
        partial = {"id": str(guild.id), "locale": "en-US", "features": []}
        return shown | {
            "guild_id": str(guild.id), "guild_locale": "en-US", "member": member, "guild": partial,
        }  # fmt: skip
