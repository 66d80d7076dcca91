"""What a shell may complete: names out of the store, found quickly and without a word.

Nothing here indexes or fetches, and trouble of any kind only means that there is nothing to offer.
"""

import os
import shlex
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

# ruff: noqa: PLC0415
if TYPE_CHECKING:
    from bot.config import Config

MOST = 200
"""Offers, beyond which a shell would only ask whether to list them all."""
MOST_READ = 20_000
"""Articles looked through for those that begin as typed."""

Complete = Callable[[typer.Context, str], list[str]]


def _completing(find: Callable[["Config", str], Iterable[str]]) -> Complete:
    """What a shell calls for the offers that `find` makes under a command's options."""

    def complete(ctx: typer.Context, incomplete: str) -> list[str]:
        try:
            from bot.cli.opening import settings

            typed: dict[str, Any] = ctx.params
            config = settings(typed.get("articles"), typed.get("store"), None)
            fitting = (name for name in find(config, incomplete) if name.startswith(incomplete))
            return [_written(name) for name in islice(dict.fromkeys(fitting), MOST)]
        except Exception:  # a person is typing: this is not the time
            return []

    return complete


def _written(name: str) -> str:
    """The name as a shell takes it for one word; other shells than bash see to that."""
    in_bash = os.environ.get("_DATELINE_COMPLETE", "").endswith("_bash")
    return shlex.quote(name) if in_bash else name


def _sources(config: "Config", _: str) -> Iterator[str]:
    from bot.factory import open_collection

    with open_collection(config) as store:
        yield from (row.source for row in islice(store.catalogue(), MOST_READ))


def _conversations(config: "Config", _: str) -> list[str]:
    import asyncio

    from bot.conversation.store import FILE
    from bot.factory import conversation_store, store_directory

    async def names() -> list[str]:
        async with conversation_store(config, lambda _: None) as opened:
            return [name for name, *_ in await opened.conversations()]

    is_kept = config.database_url or (store_directory(config) / FILE).is_file()
    return asyncio.run(names()) if is_kept else []


def _collections(config: "Config", _: str) -> list[str]:
    from bot.collection import names

    return [*names(config).values()]


def _articles(config: "Config", incomplete: str) -> list[str]:
    return [*_paths(incomplete), *_collections(config, incomplete)]


def _paths(incomplete: str) -> list[str]:
    """Files and folders that begin as typed; a folder ends in a slash."""
    folder, _, begun = incomplete.rpartition("/")
    inside = Path(f"{folder}/" if "/" in incomplete else ".").expanduser()
    found = sorted(path for path in inside.iterdir() if path.name.startswith(begun))
    shown = [path for path in found if begun or not path.name.startswith(".")]
    lead = f"{folder}/" if "/" in incomplete else ""
    return [f"{lead}{path.name}{'/' if path.is_dir() else ''}" for path in shown]


def _models(config: "Config", incomplete: str) -> list[str]:
    """The models of the settings, those that the server offers, files with one, and none."""
    files = [path for path in _paths(incomplete) if path.endswith((".gguf", "/"))]
    named = filter(None, (config.chat_model, config.judge))
    return ["none", *named, *_offered(config), *files]


def _offered(config: "Config") -> list[str]:
    from bot.llm.offered import models_offered

    with suppress(OSError, ValueError, LookupError, TypeError):
        if config.openai_base_url:
            return models_offered(config.openai_base_url, config.openai_api_key)
    return []


complete_sources = _completing(_sources)
complete_conversations = _completing(_conversations)
complete_collections = _completing(_collections)
complete_articles = _completing(_articles)
complete_models = _completing(_models)
