"""One question's way through Discord: taken on, waited for, answered, remembered.

The person who asked hears the outcome once, also when something fails. How a question comes and
a reply goes is in `events.py` and `replies.py`.
"""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Collection, Iterator, Sequence
from contextlib import ExitStack, aclosing, contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from bot.answer import Answer, Draft, Status, Turn
from bot.answering import Within
from bot.config import Config
from bot.conversation.record import Record, new_id
from bot.conversation.store import ConversationStore
from bot.discord.cards import cards_of
from bot.discord.excuses import NotAllowedError, excuse, outcome_of
from bot.discord.formatting import draft_text, moment
from bot.discord.guild_index import GuildIndexes
from bot.discord.i18n import Translations
from bot.discord.metrics import Metrics
from bot.discord.pagination import escaped, pages
from bot.discord.progress import ThrottledEditor
from bot.discord.queue import FairQueue
from bot.discord.replies import Post, Reply, UndeliveredError
from bot.discord.requests import Context, QuestionRequest
from bot.discord.settings import Budget, Servers
from bot.discord.views import answer_posts
from bot.validation import QUESTION_LIMIT, clean_question
from bot.workers.pool import AT_ONCE
from index.errors import StoreError, UsageError

if TYPE_CHECKING:
    from bot.answering import Answering

LOG = logging.getLogger("bot.discord.asking")  # as in older logs
LONGEST = 500
"""Questions that are taken on at a time."""
GRACE = 5.0
"""Seconds to come to an end with what is being answered, when the bot is stopped."""
UNASKED = 0.7
"""The confidence from which a question is answered that was not asked of the bot: of everyday
questions with it, four answers of five are right."""
SOON = 0.5
"""Seconds after which a person who waits for the articles hears why."""


POLITENESS = 1.0
"""Seconds for which an answer waits, at most, until nobody else arrives."""
ENDS = (Exception, asyncio.CancelledError)
"""What ends a question's way before it has an answer; when it is cancelled, the bot stops."""


class QuestionService:
    """Takes questions on, and has them answered."""

    def __init__(
        self,
        config: Config,
        indexes: GuildIndexes,
        conversations: ConversationStore,
        servers: Servers,
        *,
        metrics: Metrics,
    ) -> None:
        self._config = config
        self._indexes = indexes
        self._conversations = conversations
        self._servers = servers
        self._metrics = metrics
        self._running: set[asyncio.Task[None]] = set()
        self._arrivals = 0
        self._quiet = asyncio.Event()
        self._quiet.set()
        self.queue = FairQueue(AT_ONCE * (config.workers or 1), LONGEST)

    async def take(self, request: QuestionRequest, reply: Reply) -> None:
        """Answer a question, or say why there is no answer."""
        task = asyncio.create_task(self._taken(request, reply))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        await asyncio.wait([task])

    async def close(self) -> None:
        """Take nothing more on; end what is being answered, or tell that it was stopped."""
        self.queue.close()
        if self._running:
            await asyncio.wait(self._running, timeout=GRACE)
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(self._running, timeout=GRACE)

    async def look_again(
        self, record: Record, context: Context, words: Translations, after: int
    ) -> Record | None:
        """Ask a question once more; the answer, kept, if an article answers now.

        It must be one with a higher number than `after`: one that was added or changed since.
        """
        request = QuestionRequest(
            event=0,
            awaited="",
            person=record.person,
            server=record.server,
            home=record.home,
            places=(),
            roles=(),
            conversation=record.conversation,
            private=record.private,
            question=record.question,
            words=words,
            context=context,
            within=record.within,
        )
        editor = ThrottledEditor(_nowhere)
        try:
            began = time.time()
            answer = await self._answer(request, record.question, editor)
        finally:
            await editor.close()
        if not await self._is_from_new(answer, record, after):
            return None
        found = _record(request, answer, began)
        await self._conversations.add(found)
        return found

    async def _is_from_new(self, answer: Answer, record: Record, after: int) -> bool:
        """Whether the first quote, which answers, is of an article with a higher number."""
        if answer.status not in (Status.ANSWERED, Status.PARTIAL) or not answer.citations:
            return False
        store = await self._indexes.room(record.server, record.home).store()
        return await asyncio.to_thread(store.number, answer.citations[0].source) > after

    def admit(
        self, server: int | None, places: Collection[int], roles: Collection[int], say: Translations
    ) -> None:
        """Raise NotAllowedError where somebody of these roles may not ask in these places."""
        settings = self._servers[server]
        if settings.allow(places, roles):
            return
        if settings.allow(settings.channels, roles):
            raise NotAllowedError(say("not_here", channels=_mentions("#", settings.channels)))
        raise NotAllowedError(say("not_you", roles=_mentions("@&", settings.roles)))

    async def _taken(self, request: QuestionRequest, reply: Reply) -> None:
        """From the moment it comes, when nothing may be waited for, to its end."""
        try:
            question = _readable(request)
            self.admit(request.server, request.places, request.roles, request.words)
            with ExitStack() as taken_on:
                taken_on.enter_context(self.queue.admit(request.person))
                with self._arriving():
                    await reply.begin()
                if await self._conversations.claim(request.event, request.awaited, request.server):
                    await self._settled(request, question, reply, taken_on)
        except ENDS as problem:
            self._metrics.settled(outcome_of(problem))
            await reply.tell(excuse(problem, request.event, request.words))

    async def _settled(
        self, request: QuestionRequest, question: str, reply: Reply, taken_on: ExitStack
    ) -> None:
        """What was claimed is answered or excused, and the event settled.

        The person may ask again as soon as the answer is there, though not shown yet.
        """
        editor = ThrottledEditor(reply.show)
        try:
            if budget := await self._servers.spend(request.server, request.person):
                self._metrics.settled(f"{budget}_budget")
                await reply.tell(self._spent(budget, request))
                return
            answer, record = await self._answered(request, question, editor)
            taken_on.close()
            await editor.close()
            shown = await reply.settle(*await self._posts(record, request.words))
            with _kept(request.event):
                await self._conversations.show(record.id, shown)
            self._metrics.settled(answer.status, time.time() - record.asked)
        except UnsureError:
            self._metrics.settled("unsure")
        except UndeliveredError:
            self._metrics.settled("undelivered")
            LOG.warning("event %s: the answer could not be delivered", request.event)
        except ENDS as problem:
            self._metrics.settled(outcome_of(problem))
            await editor.close()
            with suppress(UndeliveredError):
                await reply.settle(Post([excuse(problem, request.event, request.words)]))
        finally:
            await editor.close()
            with _kept(request.event):
                await self._conversations.settle(request.event)

    async def _answered(
        self, request: QuestionRequest, question: str, editor: ThrottledEditor
    ) -> tuple[Answer, Record]:
        """The answer, and the record of it, which are both kept before anybody sees them."""
        began = time.time()
        try:
            answer = await self._answer(request, question, editor)
            if request.only_sure and not is_sure(answer):
                raise UnsureError
        except BaseException as problem:
            await self._servers.give_back(request.server, request.person)
            if isinstance(problem, StoreError):
                self._indexes.look()  # what is damaged is made again
            raise
        record = _record(replace(request, question=question), answer, began)
        with _kept(request.event):
            await self._conversations.remember(
                request.conversation, question, answer, str(request.person), record=record
            )
        return answer, record

    async def _posts(self, record: Record, words: Translations) -> list[Post]:
        """The messages that show an answer; small talk has no card."""
        if record.status is Status.REPLY:
            return [Post(pages(escaped(record.answer)))]
        cards = await asyncio.to_thread(cards_of, record, words)
        return answer_posts(record, cards, words, varies=self._config.chat_model is not None)

    async def _answer(
        self, request: QuestionRequest, question: str, editor: ThrottledEditor
    ) -> Answer:
        """The answer in its turn; until it is there, the editor shows how far it is."""
        say = request.words
        answerer = await self._answerer(request, editor)
        async with self.queue.turn(lambda n: editor.put(partial(say, "place", place=n))):
            await self._until_quiet()
            editor.put(partial(say, "searching"))
            history = await self._history(request)
            draft = ""
            async with aclosing(self._events(answerer, request, question, history)) as events:
                async for event in events:
                    if isinstance(event, Answer):
                        return event
                    assert isinstance(event, Draft)
                    draft += event.text
                    editor.put(partial(draft_text, draft, say))
        raise AssertionError("a stream ends with an answer")

    def _events(
        self, answerer: "Answering", request: QuestionRequest, question: str, turns: Sequence[Turn]
    ) -> AsyncGenerator[Draft | Answer]:
        return answerer.stream(question, turns, self._config.today, request.within)

    async def _history(self, request: QuestionRequest) -> Sequence[Turn]:
        """The turns that the question is read in the light of, and what was attached to it."""
        turns = [*await self._turns(request)]
        if request.background and self._config.chat_model:
            turns += [Turn("user", said)] if (said := await request.background()) else []
        return turns

    async def _turns(self, request: QuestionRequest) -> Sequence[Turn]:
        context = request.context
        if context.in_conversation:
            return await self._conversations.turns(
                request.conversation, until=context.until, since=context.since
            )
        chain = await self._conversations.chain(context.follows)
        answers = [record for record in chain if record.status is not Status.REPLY]
        return [turn for record in answers for turn in _turns(record)]

    @contextmanager
    def _arriving(self) -> Iterator[None]:
        """Somebody should hear at once that their question has arrived."""
        self._arrivals += 1
        self._quiet.clear()
        try:
            yield
        finally:
            self._arrivals -= 1
            if not self._arrivals:
                self._quiet.set()

    async def _until_quiet(self) -> None:
        """Let those who arrive go first: they are to hear soon that their question has arrived."""
        with suppress(TimeoutError):
            async with asyncio.timeout(POLITENESS):
                await self._quiet.wait()

    async def _answerer(self, request: QuestionRequest, editor: ThrottledEditor) -> "Answering":
        opening = asyncio.ensure_future(self._indexes.of(request.server, request.home))
        done, _ = await asyncio.wait([opening], timeout=SOON)
        if not done:
            editor.put(partial(request.words, "building"))
        return await opening

    def _spent(self, budget: Budget, request: QuestionRequest) -> str:
        settings, when = self._servers[request.server], moment(self._servers.renewal())
        if budget is Budget.PERSON:
            return request.words("person_budget", questions=settings.person_budget, when=when)
        return request.words("server_budget", questions=settings.server_budget, when=when)


def _record(request: QuestionRequest, answer: Answer, began: float) -> Record:
    within = request.within or Within()
    since = within.since.isoformat() if within.since else None
    return Record(
        id=new_id(),
        person=request.person,
        server=request.server,
        conversation=request.conversation,
        private=request.private,
        asked=began,
        answered=time.time(),
        question=request.question,
        answer=answer.text,
        status=answer.status,
        citations=answer.citations,
        confidence=answer.confidence,
        model=answer.model,
        notes=(*request.notes, *answer.notes),
        conflicts=answer.conflicts,
        options=answer.options,
        left_out=answer.left_out,
        nearest=answer.nearest,
        follows=request.context.follows,
        article=within.source,
        since=since,
        home=request.home,
    )


def _turns(record: Record) -> tuple[Turn, Turn]:
    return Turn("user", record.question), Turn("assistant", record.answer)


class UnsureError(Exception):
    """Nobody asked the bot, and its answer is not sure enough to be given unasked."""


def is_sure(answer: Answer) -> bool:
    """Whether an answer is given to a question that was not asked of the bot."""
    return answer.status is Status.ANSWERED and answer.confidence >= UNASKED


async def _nowhere(_: str) -> None:
    """Nobody looks on while a question is asked again."""


def _readable(request: QuestionRequest) -> str:
    """The question; UsageError in the bot's words where there is none."""
    try:
        return clean_question(request.question)
    except UsageError:
        too_long = len(request.question.strip()) > QUESTION_LIMIT
        line = (
            request.words("too_long", limit=QUESTION_LIMIT) if too_long else request.words("empty")
        )
        raise UsageError(line) from None


@contextmanager
def _kept(event: int) -> Iterator[None]:
    """An answer is given even where it cannot be kept."""
    try:
        yield
    except StoreError as problem:
        LOG.error("event %s: %s", event, problem)


def _mentions(kind: str, ids: Collection[int]) -> str:
    return ", ".join(f"<{kind}{i}>" for i in sorted(ids))
