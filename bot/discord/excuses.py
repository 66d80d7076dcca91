"""What to say where there is no answer, and under which name that is counted."""

import asyncio
import logging
import time

from bot.discord.formatting import moment
from bot.discord.guild_index import NoArticlesError
from bot.discord.i18n import Translations
from bot.discord.queue import RefusedError
from index.errors import ArticlesError, StoreError, UsageError

LOG = logging.getLogger("bot.discord.asking")  # as in older logs


class NotAllowedError(Exception):
    """Somebody may not ask here; a line for them."""


_OUTCOMES: dict[type[BaseException], str] = {
    NotAllowedError: "not_allowed",
    UsageError: "invalid",
    asyncio.CancelledError: "stopped",
    NoArticlesError: "no_sources",
    ArticlesError: "no_store",
    StoreError: "no_store",
}


def excuse(problem: BaseException, event: int, words: Translations) -> str:
    """What to tell in the place of an answer; the log hears what is nobody's doing."""
    if isinstance(problem, NotAllowedError | UsageError):
        return str(problem)
    why = outcome_of(problem)
    if why == "no_store":
        LOG.error("event %s: %s", event, problem)
    if why == "failed":
        LOG.error("event %s failed", event, exc_info=problem)
    when = moment(time.time() + getattr(problem, "seconds", 0.0))
    return words(why, when=when)


def outcome_of(problem: BaseException) -> str:
    """What became of a question that was not answered: the key of what is said of it."""
    if isinstance(problem, RefusedError):
        return problem.why
    return next((why for kind, why in _OUTCOMES.items() if isinstance(problem, kind)), "failed")
