"""Who answers the questions of a run: as many processes as there are processors, or this one.

A language model is asked from this process, where what it takes is counted; many at a time wait
for it without holding each other up.
"""

import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.config import Config
from bot.factory import answerer_on, articles_named, chat_models
from bot.workers.pool import Pool
from index.store import Store
from index.sync.workers import processors

if TYPE_CHECKING:
    from bot.answering import Answering
    from bot.llm import LLM

FEW = 20
"""Questions that are answered before other processes would be ready."""


@dataclass(frozen=True, slots=True)
class Respondent:
    """Who answers, so many questions at a time; `llm` writes the answers, if there is one."""

    answerer: "Answering"
    at_a_time: int
    llm: "LLM | None" = None


@asynccontextmanager
async def respondent(config: Config, store: Store, questions: int) -> AsyncIterator[Respondent]:
    """Who answers so many questions from an open store."""
    processes = min(config.workers or processors(), math.ceil(questions / FEW))
    if config.chat_model or processes == 1:
        async with chat_models(config) as chat:
            yield Respondent(answerer_on(store, config, chat), 1, chat.llm if chat else None)
        return
    config = replace(config, articles=articles_named(config))
    async with Pool.open(config, processes) as opened:
        yield Respondent(opened.answerer(config.articles), processes)
