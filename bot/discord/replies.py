"""Brings a reply to the person who asked: as the response to an interaction, or as messages.

What cannot be said where it was asked is said in a channel instead, or else privately; nothing is
sent twice.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, NamedTuple, Protocol, TypeVar

import aiohttp
import discord
from discord.abc import Messageable
from discord.ui import LayoutView, View

from bot.discord.i18n import Translations
from bot.discord.markup import shortened
from bot.discord.pagination import pages

LOG = logging.getLogger("bot.discord.delivery")  # as in older logs
T = TypeVar("T")
Asker = discord.User | discord.Member
AWAY = (aiohttp.ClientError, OSError, TimeoutError)
REFUSALS = (discord.HTTPException, *AWAY)
"""What sending may raise."""
WAITS = (1.0, 2.0, 4.0)
"""Seconds before Discord is tried again, besides the trials of the library."""
LONGEST_WAIT = 30.0
ALREADY_ANSWERED = 40060
UNKNOWN_MESSAGE = 10008
THREAD_EXISTS = 160004
THREAD_TITLE = 90
SHOWN_SECONDS = 30
"""For which a channel shows a line meant for one person, where it cannot be said privately."""


class UndeliveredError(Exception):
    """There is no way left to reach the person who asked."""


class CardRefusedError(Exception):
    """Discord does not take a card, though it may take text."""


class Content(NamedTuple):
    """What one message holds: text with buttons below, or a card."""

    text: str | None
    view: View | LayoutView | None

    @property
    def is_card(self) -> bool:
        """Whether it is a card."""
        return self.text is None


@dataclass(frozen=True, slots=True)
class Post:
    """A card, and the text that says the same where it is refused; the last page has the buttons.

    A text of one piece is cut into pages only when it is needed, since that takes milliseconds.
    """

    text: Sequence[str] | str
    view: View | None = None
    card: LayoutView | None = None

    @property
    def pages(self) -> list[str]:
        """The text in pages."""
        return pages(self.text) if isinstance(self.text, str) else [*self.text]

    def contents(self) -> list[Content]:
        """The pages."""
        shown = self.pages
        last = len(shown) - 1
        return [Content(p, self.view if n == last else None) for n, p in enumerate(shown)]


class Reply(Protocol):
    """What one person who asked gets to see."""

    async def begin(self) -> None:
        """Let them know at once that the question has arrived."""

    async def show(self, text: str) -> None:
        """Show something for the time being; what cannot be shown is not worth a trial more."""

    async def settle(self, *posts: Post) -> list[int]:
        """Put these in the place of what was shown; the messages that show them.

        Raises UndeliveredError.
        """

    async def tell(self, line: str) -> None:
        """Say one line to them alone, in the place of everything else."""


class ChannelReply:
    """Messages in a channel, the first of them in reply to the one that asked, if one did.

    `event` is the number of what asked; each message's nonce is made from it. With `thread`, a
    name, they go into a thread of that message, where there may be one.
    """

    def __init__(
        self,
        channel: Messageable,
        asker: Asker,
        event: int,
        *,
        words: Translations,
        asked_in: discord.Message | None = None,
        thread: str | None = None,
        mentions: discord.AllowedMentions | None = None,
    ) -> None:
        self._channel = channel
        self._asker = asker
        self._event = event
        self._words = words
        self._asked_in = asked_in
        self._thread = thread
        self._mentions: dict[str, Any] = {"allowed_mentions": mentions} if mentions else {}
        self._shown: discord.Message | None = None
        self._sent = 0
        self._refused = False

    async def begin(self) -> None:
        """Show that the bot is writing, in a thread if there is to be one."""
        with suppress(*REFUSALS):
            if self._thread is not None and self._asked_in:
                self._channel = await _thread_of(self._asked_in, self._thread)
                self._asked_in = None
        with suppress(*REFUSALS):
            await self._channel.typing()

    async def show(self, text: str) -> None:
        """Show something for the time being."""
        with suppress(UndeliveredError):
            self._shown = await self._put(self._shown, Content(text, None))

    async def settle(self, *posts: Post) -> list[int]:
        """Put these in the place of what was shown; see `Reply.settle`."""
        return await put_all(posts, self._put_next)

    async def _put_next(self, content: Content) -> int:
        """Put this in the place of what was shown, or below what was put there."""
        message = await self._put(self._shown, content)
        self._shown = None
        return message.id

    async def tell(self, line: str) -> None:
        """Say one line in a direct message, or briefly in the channel."""
        with suppress(*REFUSALS):
            await self._asker.send(line)
            return
        with suppress(*REFUSALS):
            await self._channel.send(line, delete_after=SHOWN_SECONDS, **self._reference())
            return
        LOG.warning("event %s: nobody could be told", self._event)

    async def _put(self, shown: discord.Message | None, content: Content) -> discord.Message:
        """The message with this: the one shown, or a new one where there is none any more."""
        try:
            if shown:
                return await self._edited(shown, content)
            return await self._sent_anew(content)
        except REFUSALS as problem:
            if content.is_card and is_invalid(problem):
                raise CardRefusedError from problem
            if not shown or getattr(problem, "code", None) != UNKNOWN_MESSAGE:
                await self._turn_private(problem)
        return await self._put(None, content)

    async def _edited(self, shown: discord.Message, content: Content) -> discord.Message:
        view: Any = content.view
        return await insisting(lambda: shown.edit(content=content.text, view=view))

    async def _sent_anew(self, content: Content) -> discord.Message:
        more: dict[str, Any] = {"view": content.view} if content.view else {}
        more |= {} if content.is_card else {"content": content.text, "suppress_embeds": True}
        more["nonce"] = f"{self._event}-{self._sent + 1}"
        more |= self._mentions | self._reference()
        sent = await insisting(lambda: self._channel.send(**more))
        self._sent += 1
        return sent

    def _reference(self) -> dict[str, Any]:
        if self._asked_in is None or self._sent:
            return {}
        asked = self._asked_in.to_reference(fail_if_not_exists=False)
        return {"reference": asked, "mention_author": False}

    async def _turn_private(self, problem: Exception) -> None:
        """Go on in direct messages, because the channel refuses or is gone."""
        if self._refused or self._channel is self._asker:
            raise UndeliveredError from problem
        LOG.info("event %s: answered privately (%s)", self._event, problem)
        channel = f"<#{getattr(self._channel, 'id', 0)}>"
        gone = isinstance(problem, discord.NotFound)
        why = self._words("gone") if gone else self._words("no_access", channel=channel)
        self._channel, self._asked_in, self._shown = self._asker, None, None
        self._refused = True
        with suppress(*REFUSALS):
            await self._channel.send(why)


class QuietReply:
    """A reply that says nothing but the answer: nobody has asked for it."""

    def __init__(self, reply: Reply) -> None:
        self._reply = reply

    async def begin(self) -> None:
        """Say nothing."""

    async def show(self, text: str) -> None:
        """Show nothing for the time being."""

    async def settle(self, *posts: Post) -> list[int]:
        """Show an answer, and no excuse or small talk, which have no card."""
        return await self._reply.settle(*posts) if any(post.card for post in posts) else []

    async def tell(self, line: str) -> None:
        """Say nothing."""


class InteractionReply:
    """The response to an interaction; messages in its channel where that has expired.

    One that is `private` goes on in direct messages instead.
    """

    def __init__(
        self, interaction: discord.Interaction[Any], private: bool, words: Translations
    ) -> None:
        self._interaction = interaction
        self._private = private
        self._words = words
        self._is_used = False
        self._instead: ChannelReply | None = None

    async def begin(self) -> None:
        """Defer the response, once; only now can it be chosen who sees it."""
        if self._interaction.response.is_done():
            return
        try:
            await self._interaction.response.defer(ephemeral=self._private, thinking=True)
        except REFUSALS as problem:
            if not _arrived_before(problem):
                self._give_up(problem)

    async def show(self, text: str) -> None:
        """Show something for the time being."""
        if self._instead:
            await self._instead.show(text)
            return
        with suppress(*REFUSALS):
            await self._interaction.edit_original_response(content=text)

    async def settle(self, *posts: Post) -> list[int]:
        """Put these in the place of what was shown; see `Reply.settle`."""
        return await put_all(posts, self._put_next)

    async def _put_next(self, content: Content) -> int:
        """Put this in the place of what was shown, or below what was put there."""
        if not self._instead:
            try:
                return await self._put(content)
            except REFUSALS as problem:
                if content.is_card and is_invalid(problem):
                    raise CardRefusedError from problem
                self._give_up(problem)
        assert self._instead
        return await self._instead._put_next(content)

    async def tell(self, line: str) -> None:
        """Say one line that nobody else sees."""
        try:
            if await self._responded(line):
                return
            if self._private:
                await insisting(lambda: self._interaction.edit_original_response(content=line))
                return
            await self._interaction.delete_original_response()
            await self._interaction.followup.send(line, ephemeral=True)
        except REFUSALS as problem:
            self._give_up(problem)
            assert self._instead
            await self._instead.tell(line)

    async def _responded(self, line: str) -> bool:
        """Whether the line could be the first response."""
        response = self._interaction.response
        if response.is_done():
            return False
        try:
            await response.send_message(line, ephemeral=True)
        except discord.HTTPException as problem:
            if not _arrived_before(problem):
                raise
            return False
        return True

    async def _put(self, content: Content) -> int:
        if not self._is_used:
            view: Any = content.view
            edit = self._interaction.edit_original_response
            edited = await insisting(lambda: edit(content=content.text, view=view))
            self._is_used = True
            return edited.id
        more: dict[str, Any] = {"view": content.view} if content.view else {}
        more |= {} if content.is_card else {"content": content.text, "suppress_embeds": True}
        sent = await self._interaction.followup.send(ephemeral=self._private, wait=True, **more)
        return int(sent.id)

    def _give_up(self, problem: Exception) -> None:
        """Use the interaction no more."""
        asked = self._interaction
        LOG.info("interaction %s cannot be answered (%s)", asked.id, problem)
        channel = asked.channel
        elsewhere = (
            channel if isinstance(channel, Messageable) and not self._private else asked.user
        )
        self._instead = ChannelReply(elsewhere, asked.user, asked.id, words=self._words)


async def put_all(posts: Sequence[Post], put: Callable[[Content], Awaitable[int]]) -> list[int]:
    """Put each post's card, or its pages where the card is refused; the messages' numbers."""
    messages: list[int] = []
    for post in posts:
        if post.card:
            try:
                messages.append(await put(Content(None, post.card)))
                continue
            except CardRefusedError as problem:
                LOG.warning("a card was refused (%s)", problem.__cause__)
        messages += [await put(content) for content in post.contents()]
    return messages


def is_invalid(problem: Exception) -> bool:
    """Whether Discord does not take what a message holds."""
    return isinstance(problem, discord.HTTPException) and problem.status == HTTPStatus.BAD_REQUEST


def _arrived_before(problem: Exception) -> bool:
    """Whether Discord has a first response already, and said so in an answer that got lost."""
    return getattr(problem, "code", None) == ALREADY_ANSWERED


async def _thread_of(message: discord.Message, name: str) -> discord.Thread:
    """The thread that begins with a message, new or already there."""
    title = shortened(name, THREAD_TITLE) or "…"
    try:
        return await message.create_thread(name=title)
    except discord.HTTPException as problem:
        if problem.code != THREAD_EXISTS or not message.guild:
            raise
        found = await message.guild.fetch_channel(message.id)
        assert isinstance(found, discord.Thread)
        return found


async def insisting(call: Callable[[], Awaitable[T]]) -> T:
    """What `call` gives, tried again where Discord is away or asks for patience.

    Only for what does nothing more when it is done twice.
    """
    for wait in WAITS:
        try:
            return await call()
        except discord.HTTPException as problem:
            if problem.status < HTTPStatus.INTERNAL_SERVER_ERROR and problem.status != 429:
                raise
            await asyncio.sleep(min(LONGEST_WAIT, max(wait, _patience(problem))))
        except AWAY:
            await asyncio.sleep(wait)
    return await call()


def _patience(problem: discord.HTTPException) -> float:
    """Seconds that Discord asks to wait."""
    try:
        return float(problem.response.headers.get("Retry-After", 0))
    except ValueError:
        return 0.0
