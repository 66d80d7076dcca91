"""What a command works with, opened from its settings and closed after it."""

import os
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from bot.cli.output import count, note
from bot.cli.progress import IndexingProgress
from index.errors import UsageError, how_to_install

# ruff: noqa: PLC0415
if TYPE_CHECKING:
    import asyncio

    from bot.answer import Answer, Turn
    from bot.answerer import Answerer
    from bot.cli.chat import Ask
    from bot.cli.lookup import Lookup
    from bot.config import Config
    from bot.conversation.store import ConversationStore
    from index.store import Store

T = TypeVar("T")
NO_MODEL = "none"
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
    model: str | None = None,
    *,
    host: str | None = None,
    port: str | None = None,
) -> "Config":
    """Every setting, what was typed first; articles may be named by their collection."""
    from bot.config import load_config

    flags = {"articles": articles, "store": store, "as_of": as_of, "prompts": prompts}
    config = load_config(flags | {"chat_model": model, "host": host, "port": port})
    if model == NO_MODEL:
        config = replace(config, chat_model=None)
    if all(isinstance(root, str) or os.access(root, os.F_OK) for root in config.articles):
        return config
    from bot.collection import expanded

    return replace(config, articles=expanded(replace(config, articles=()), config.articles))


def require(extra: str) -> None:
    """Raise UsageError where what an extra brings is not installed."""
    from importlib.util import find_spec

    if not all(map(find_spec, EXTRAS[extra])):
        raise UsageError(f"this needs the extra {extra}: {how_to_install(extra)}")


@contextmanager
def opened_store(config: "Config") -> Iterator["Store"]:
    """The index, up to date; problems on the way are printed on stderr."""
    from bot.factory import open_store

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
def opened_conversations(
    config: "Config", runner: "asyncio.Runner", kept: bool
) -> Iterator["ConversationStore"]:
    """The conversation store, waited for by `runner`."""
    from bot.factory import conversation_store

    with _entered(conversation_store(config, note, kept), runner) as opened:
        yield opened


@contextmanager
def kept_conversations(
    store: str | None,
) -> Iterator[tuple["ConversationStore", "asyncio.Runner"]]:
    """The conversations that the store keeps, and the runner that waits for them."""
    import asyncio

    config = settings(None, store, None)
    with asyncio.Runner() as runner, opened_conversations(config, runner, True) as opened:
        yield opened, runner


@contextmanager
def answering(config: "Config") -> Iterator[tuple["Answerer", "asyncio.Runner"]]:
    """An answerer, and the runner that waits for its answers so that Ctrl-C stops them."""
    with talking(config) as (lookup, runner):
        yield lookup.answerer, runner


@contextmanager
def talking(config: "Config") -> Iterator[tuple["Lookup", "asyncio.Runner"]]:
    """The same, with what a chat looks up beside."""
    import asyncio

    from bot.cli.lookup import Lookup
    from bot.factory import answerer_on, chat_models

    with (
        opened_store(config) as opened,
        asyncio.Runner() as runner,
        _entered(_loading(config, chat_models(config)), runner) as chat,
    ):
        yield Lookup(answerer_on(opened, config, chat), opened, runner, config.today), runner


@asynccontextmanager
async def _loading(config: "Config", opening: AbstractAsyncContextManager[T]) -> AsyncIterator[T]:
    """What is opened; a person sees meanwhile that a model is loaded from its file."""
    if not (config.chat_model or "").lower().endswith(".gguf") or not sys.stderr.isatty():
        async with opening as opened:
            yield opened
        return
    from bot.cli.render import console

    with console(sys.stderr).status(f"loading {Path(config.chat_model or '').name}…"):
        opened = await opening.__aenter__()
    try:
        yield opened
    finally:
        await opening.__aexit__(None, None, None)


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
        from bot.cli.drafts import watched
        from bot.cli.render import console

        events = answerer.stream(question, history, config.today)
        return runner.run(watched(events, console(sys.stdout)))

    return ask
