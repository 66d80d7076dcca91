"""What a command works with, opened from its settings and closed after it."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from bot.terminal.output import count, note
from bot.terminal.progress import IndexingProgress
from index.errors import UsageError, how_to_install

# ruff: noqa: PLC0415
if TYPE_CHECKING:
    import asyncio

    from bot.answer import Answer, Turn
    from bot.answerer import Answerer
    from bot.config import Config
    from bot.conversation.memory import Memory
    from bot.discord.records import Records
    from bot.terminal.chat import Ask
    from index.store import Store

T = TypeVar("T")
EXTRAS = {
    "mcp": ("mcp", "starlette", "uvicorn"),
    "serve": ("jsonschema", "starlette", "uvicorn"),
}
"""The packages that commands cannot do without, by the extra that brings them."""


def settings(
    articles: Sequence[str] | None,
    store: str | None,
    as_of: str | None,
    prompts: str | None = None,
    *,
    host: str | None = None,
    port: str | None = None,
) -> "Config":
    """Every setting, what was typed first."""
    from bot.config import load_config

    flags = {"articles": articles, "store": store, "as_of": as_of, "prompts": prompts}
    return load_config(flags | {"host": host, "port": port})


def require(extra: str) -> None:
    """Raise UsageError where what an extra brings is not installed."""
    from importlib.util import find_spec

    if not all(map(find_spec, EXTRAS[extra])):
        raise UsageError(f"this needs the extra {extra}: {how_to_install(extra)}")


@contextmanager
def opened_store(config: "Config") -> Iterator["Store"]:
    """The index, up to date; what goes less than well on the way is told on stderr."""
    from bot.compose import open_store

    with IndexingProgress() as progress:
        opened = open_store(config, progress.note_failure, progress)
    with opened:
        unread = sum(not problem.doubtful for problem in opened.problems())
        if progress.finished and unread:
            note(
                f"{count(unread, 'thing')} could not be read; "
                "`dateline sources --problems` lists what and why"
            )
        yield opened


@contextmanager
def opened_memory(config: "Config", runner: "asyncio.Runner", kept: bool) -> Iterator["Memory"]:
    """The memory of conversations, waited for by `runner`."""
    from bot.compose import memory

    with _entered(memory(config, note, kept), runner) as opened:
        yield opened


@contextmanager
def kept_memory(store: str | None) -> Iterator[tuple["Memory", "asyncio.Runner"]]:
    """The memory that the store keeps, and the runner that waits for it."""
    import asyncio

    config = settings(None, store, None)
    with asyncio.Runner() as runner, opened_memory(config, runner, True) as memory:
        yield memory, runner


@contextmanager
def kept_records(store: str | None) -> Iterator[tuple["Records", "asyncio.Runner"] | None]:
    """What the bot in Discord keeps of its answers, if it has ever run with this store."""
    import asyncio

    from bot.compose import place_of
    from bot.discord.records import FILE, Records

    config = settings(None, store, None)
    place = place_of(config, FILE)
    if isinstance(place, Path) and not place.is_file():
        yield None
        return
    opening = Records.open(place, config.memory_days, note)
    with asyncio.Runner() as runner, _entered(opening, runner) as opened:
        yield opened, runner


@contextmanager
def answering(config: "Config") -> Iterator[tuple["Answerer", "asyncio.Runner"]]:
    """An answerer, and the runner that waits for its answers so that Ctrl-C stops them."""
    import asyncio

    from bot.compose import answerer_on, chat_models

    with (
        opened_store(config) as opened,
        asyncio.Runner() as runner,
        _entered(chat_models(config), runner) as chat,
    ):
        yield answerer_on(opened, config, chat), runner


@contextmanager
def _entered(opening: AbstractAsyncContextManager[T], runner: "asyncio.Runner") -> Iterator[T]:
    """What is opened and closed asynchronously, both waited for by `runner`."""
    opened = runner.run(opening.__aenter__())
    try:
        yield opened
    finally:
        runner.run(opening.__aexit__(None, None, None))


def waited_for(
    answerer: "Answerer", runner: "asyncio.Runner", config: "Config", as_json: bool
) -> "Ask":
    """Waits for answers; a person at a terminal sees what a language model writes meanwhile."""

    def ask(question: str, history: Sequence["Turn"]) -> "Answer":
        if as_json or not config.chat_model or not sys.stdout.isatty():
            return runner.run(answerer.ask(question, history, config.today))
        from bot.terminal.drafts import watched
        from bot.terminal.render import console

        events = answerer.stream(question, history, config.today)
        return runner.run(watched(events, console(sys.stdout)))

    return ask
