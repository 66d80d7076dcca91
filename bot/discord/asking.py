"""One question's way through Discord: taken on, waited for, answered, remembered.

Whatever happens on the way, whoever asked hears of it, and once. It knows nothing of the ways in
which a question comes and a reply goes, nor of how an answer is found.
"""

import asyncio
import logging
import math
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, aclosing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from bot.answer import Answer, Draft, Turn
from bot.config import Config
from bot.conversation.memory import Memory
from bot.discord.board import Board
from bot.discord.buttons import buttons
from bot.discord.delivery import Reply, UndeliveredError
from bot.discord.layout import answer_text, draft_text, moment
from bot.discord.metrics import Metrics
from bot.discord.newsroom import Newsrooms, NoArticlesError
from bot.discord.records import Record, Records, new_id
from bot.discord.settings import Budget, Servers
from bot.discord.text import pages
from bot.discord.waiting import Line, RefusedError
from bot.discord.words import Words
from bot.validation import QUESTION_LIMIT, clean_question
from bot.workers.pool import AT_ONCE
from index.errors import ArticlesError, StoreError, UsageError

if TYPE_CHECKING:
    from bot.answering import Answering

LOG = logging.getLogger(__name__)
LONGEST = 500
"""Questions that are taken on at a time."""
GRACE = 5.0
"""Seconds to come to an end with what is being answered, when the bot is stopped."""
SOON = 0.5
"""Seconds after which whoever waits for the articles is told so."""


class NotAllowedError(Exception):
    """Somebody may not ask here; a line for them."""


POLITENESS = 1.0
"""Seconds for which an answer waits, at most, until nobody else arrives."""
ENDS = (Exception, asyncio.CancelledError)
"""What ends a question's way before it has an answer; when it is cancelled, the bot stops."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it came.

    `event` is the number of the message or interaction, and `awaited` says where the answer is
    awaited. `places` and `roles` are what a server may allow to ask. What was said in the
    conversation up to `until` goes before the question, or what `history` holds.
    """

    event: int
    awaited: str
    person: int
    server: int | None
    places: Collection[int]
    roles: Collection[int]
    conversation: str
    private: bool
    question: str
    words: Words
    until: float = math.inf
    history: Sequence[Turn] | None = None


class Desk:
    """Takes questions on, and has them answered."""

    def __init__(
        self,
        config: Config,
        newsrooms: Newsrooms,
        memory: Memory,
        records: Records,
        servers: Servers,
        *,
        metrics: Metrics,
    ) -> None:
        self._config = config
        self._newsrooms = newsrooms
        self._memory = memory
        self._records = records
        self._servers = servers
        self._metrics = metrics
        self._running: set[asyncio.Task[None]] = set()
        self._arrivals = 0
        self._quiet = asyncio.Event()
        self._quiet.set()
        self.line = Line(AT_ONCE * (config.workers or 1), LONGEST)

    async def take(self, asked: Asked, reply: Reply) -> None:
        """Answer a question, or say why there is no answer."""
        task = asyncio.create_task(self._taken(asked, reply))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        await asyncio.wait([task])

    async def close(self) -> None:
        """Take nothing more on; end what is being answered, or tell that it was stopped."""
        self.line.close()
        if self._running:
            await asyncio.wait(self._running, timeout=GRACE)
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(self._running, timeout=GRACE)

    def admit(
        self, server: int | None, places: Collection[int], roles: Collection[int], say: Words
    ) -> None:
        """Raise NotAllowedError where somebody of these roles may not ask in these places."""
        settings = self._servers[server]
        if settings.allow(places, roles):
            return
        if settings.allow(settings.channels, roles):
            raise NotAllowedError(say("not_here", channels=_mentions("#", settings.channels)))
        raise NotAllowedError(say("not_you", roles=_mentions("@&", settings.roles)))

    async def _taken(self, asked: Asked, reply: Reply) -> None:
        """From the moment it comes, when nothing may be waited for, to its end."""
        try:
            question = _readable(asked)
            self.admit(asked.server, asked.places, asked.roles, asked.words)
            with ExitStack() as taken_on:
                taken_on.enter_context(self.line.joined(asked.person))
                with self._arriving():
                    await reply.begin()
                if await self._records.claim(asked.event, asked.awaited, asked.server):
                    await self._settled(asked, question, reply, taken_on)
        except ENDS as problem:
            self._metrics.settled(_outcome(problem))
            await reply.tell(excuse(problem, asked.event, asked.words))

    async def _settled(
        self, asked: Asked, question: str, reply: Reply, taken_on: ExitStack
    ) -> None:
        """What was claimed is answered or excused, and the event settled.

        The person may ask anew as soon as the answer is there, though not shown yet.
        """
        board = Board(reply.show)
        try:
            if budget := await self._servers.spend(asked.server, asked.person):
                self._metrics.settled(f"{budget}_budget")
                await reply.tell(self._spent(budget, asked))
                return
            answer, record = await self._answered(asked, question, board)
            taken_on.close()
            await board.close()
            text = await asyncio.to_thread(answer_text, answer, asked.words)
            shown = await reply.settle(
                await asyncio.to_thread(pages, text), buttons(record, asked.words)
            )
            with _kept(asked.event):
                await self._records.show(record.id, shown)
            self._metrics.settled(answer.status, time.time() - record.asked)
        except UndeliveredError:
            self._metrics.settled("undelivered")
            LOG.warning("event %s: the answer could not be delivered", asked.event)
        except ENDS as problem:
            self._metrics.settled(_outcome(problem))
            await board.close()
            with suppress(UndeliveredError):
                await reply.settle([excuse(problem, asked.event, asked.words)])
        finally:
            await board.close()
            with _kept(asked.event):
                await self._records.settle(asked.event)

    async def _answered(self, asked: Asked, question: str, board: Board) -> tuple[Answer, Record]:
        """The answer, and the record of it, which are both kept before anybody sees them."""
        began = time.time()
        try:
            answer = await self._answer(asked, question, board)
        except BaseException as problem:
            await self._servers.give_back(asked.server, asked.person)
            if isinstance(problem, StoreError):
                self._newsrooms.look()  # what is damaged is made again
            raise
        with _kept(asked.event):
            await self._memory.remember(asked.conversation, question, answer, str(asked.person))
        record = Record(
            id=new_id(),
            person=asked.person,
            server=asked.server,
            conversation=asked.conversation,
            private=asked.private,
            asked=began,
            answered=time.time(),
            question=question,
            answer=answer.text,
            status=answer.status,
            citations=answer.citations,
        )
        with _kept(asked.event):
            await self._records.add(record)
        return answer, record

    async def _answer(self, asked: Asked, question: str, board: Board) -> Answer:
        """The answer in its turn; until it is there, the board shows how far it is."""
        say = asked.words
        answerer = await self._answerer(asked, board)
        async with self.line.turn(lambda n: board.put(partial(say, "place", place=n))):
            await self._until_quiet()
            board.put(partial(say, "searching"))
            history = asked.history
            if history is None:
                history = await self._memory.turns(asked.conversation, until=asked.until)
            draft = ""
            async with aclosing(answerer.stream(question, history, self._config.today)) as events:
                async for event in events:
                    if isinstance(event, Answer):
                        return event
                    assert isinstance(event, Draft)
                    draft += event.text
                    board.put(partial(draft_text, draft, say))
        raise AssertionError("a stream ends with an answer")

    @contextmanager
    def _arriving(self) -> Iterator[None]:
        """Somebody is to be told at once that their question has arrived."""
        self._arrivals += 1
        self._quiet.clear()
        try:
            yield
        finally:
            self._arrivals -= 1
            if not self._arrivals:
                self._quiet.set()

    async def _until_quiet(self) -> None:
        """Let those who arrive go first: they are to hear soon that they are heard."""
        with suppress(TimeoutError):
            async with asyncio.timeout(POLITENESS):
                await self._quiet.wait()

    async def _answerer(self, asked: Asked, board: Board) -> "Answering":
        opening = asyncio.ensure_future(self._newsrooms.of(asked.server))
        done, _ = await asyncio.wait([opening], timeout=SOON)
        if not done:
            board.put(partial(asked.words, "building"))
        return await opening

    def _spent(self, budget: Budget, asked: Asked) -> str:
        settings, when = self._servers[asked.server], moment(self._servers.renewal())
        if budget is Budget.PERSON:
            return asked.words("person_budget", questions=settings.person_budget, when=when)
        return asked.words("server_budget", questions=settings.server_budget, when=when)


def _readable(asked: Asked) -> str:
    """The question; UsageError in the bot's words where there is none."""
    try:
        return clean_question(asked.question)
    except UsageError:
        too_long = len(asked.question.strip()) > QUESTION_LIMIT
        line = asked.words("too_long", limit=QUESTION_LIMIT) if too_long else asked.words("empty")
        raise UsageError(line) from None


@contextmanager
def _kept(event: int) -> Iterator[None]:
    """An answer is given even where it cannot be kept."""
    try:
        yield
    except StoreError as problem:
        LOG.error("event %s: %s", event, problem)


_OUTCOMES: dict[type[BaseException], str] = {
    NotAllowedError: "not_allowed",
    UsageError: "invalid",
    asyncio.CancelledError: "stopped",
    NoArticlesError: "no_sources",
    ArticlesError: "no_store",
    StoreError: "no_store",
}


def excuse(problem: BaseException, event: int, words: Words) -> str:
    """What to tell in the place of an answer; the log hears what is nobody's doing."""
    if isinstance(problem, NotAllowedError | UsageError):
        return str(problem)
    why = _outcome(problem)
    if why == "no_store":
        LOG.error("event %s: %s", event, problem)
    if why == "failed":
        LOG.error("event %s failed", event, exc_info=problem)
    when = moment(time.time() + getattr(problem, "seconds", 0.0))
    return words(why, when=when)


def _outcome(problem: BaseException) -> str:
    """What became of a question that was not answered: the key of what is said of it."""
    if isinstance(problem, RefusedError):
        return problem.why
    return next((why for kind, why in _OUTCOMES.items() if isinstance(problem, kind)), "failed")


def _mentions(kind: str, ids: Collection[int]) -> str:
    return ", ".join(f"<{kind}{i}>" for i in sorted(ids))
