"""The composition root: settings in, a ready store or answerer out.

The one place that knows which parts make up a running Dateline. It decides when the index
is brought up to date and what to do when that fails; it prints nothing and asks nothing.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from bot.config import Config
from bot.llm.opening import is_slow, opened_model, prompts
from bot.storage.engine import Place, PostgresServer
from index.embedding.named import embedder_named
from index.embedding.static import Embedder, StaticEmbedder
from index.engines.chroma_http import ChromaServer
from index.errors import ArticlesError, StoreBusyError, StoreError, UsageError
from index.paths import (
    Root,
    collection_directory,
    dump_of,
    is_reader,
    label_of,
    put_label,
    remember_roots,
    remembered_roots,
)
from index.providers.integration import PREFIX
from index.store import Store
from index.sync.report import SyncReport
from index.sync.sync import Progress
from index.sync.workers import Workers

if TYPE_CHECKING:
    from bot.answerer import Answerer, Models
    from bot.conversation.store import ConversationStore
    from bot.generation.exam import Examined
    from bot.generation.generative import ChatModels
    from bot.llm import LLM

JUDGES = "judges.json"
"""The file in the store that remembers which language models passed the exam for judges."""
NO_JUDGE = "none"
Notify = Callable[[str], None]
"""Tells the person one line about something that went less than well."""
OnProgress = Callable[[Progress], None]
"""Hears how far the indexing has come."""


def store_directory(config: Config) -> Path:
    """Where everything is kept: the named directory, or the platform's place for user data."""
    if config.store:
        return config.store
    from platformdirs import user_data_path  # noqa: PLC0415  (slow, and often not needed)

    return user_data_path("dateline")


def place_of(config: Config, file: str) -> Place:
    """Where conversations and the like are kept: the server of the settings, else that file."""
    if config.database_url:
        return PostgresServer(config.database_url)
    return store_directory(config) / file


def articles_named(config: Config) -> tuple[Root, ...]:
    """The articles to answer from: those named, else those indexed last, else the shipped."""
    return config.articles or remembered_roots(store_directory(config)) or (shipped_articles(),)


def shipped_articles() -> Path:
    """The folder of the articles that ship with Dateline."""
    return Path(str(files("seeds")))


def articles_roots(config: Config) -> tuple[Path, ...]:
    """Where those articles are read from: what is fetched has a dump in the store."""
    return tuple(
        dump_in(config, root) if isinstance(root, str) else root for root in articles_named(config)
    )


def dump_in(config: Config, root: str) -> Path:
    """The dump of what is fetched from an address or by a reader."""
    return dump_of(store_directory(config), root, _reader_options(config, root))


def fetch_addresses(config: Config, only_new: bool = False) -> None:
    """Fetch the feeds, pages and readers among the articles, or only those that never were.

    Not to be called where an event loop runs. Raises ArticlesError when one that was never
    fetched cannot be.
    """
    named = [root for root in articles_named(config) if isinstance(root, str)]
    if only_new:
        named = [root for root in named if not dump_in(config, root).exists()]
    if addresses := [root for root in named if not is_reader(root)]:
        from index.sync.addresses import fetch_all  # noqa: PLC0415  (folders need no network)

        fetch_all(store_directory(config), addresses, config.allow_private_addresses)
    if readers := [root for root in named if is_reader(root)]:
        from index.sync.documents import load_articles  # noqa: PLC0415  (few have one)

        for reader in readers:
            load_articles(reader, _reader_options(config, reader), dump_in(config, reader))


def _reader_options(config: Config, root: str) -> Mapping[str, Any]:
    """The options of a reader: those under its class, where there are some, else all."""
    own = config.reader_options.get(root.removeprefix(PREFIX))
    return own if isinstance(own, Mapping) else config.reader_options


def collection(config: Config) -> Path:
    """The directory in the store that holds the index of the articles to answer from."""
    return collection_directory(store_directory(config), articles_roots(config))


def embedder(config: Config) -> Embedder:
    """The embedder that the settings name."""
    try:
        return embedder_named(
            config.embedding,
            config.embedding_options,
            config.openai_base_url,
            config.openai_api_key,
        )
    except UsageError as problem:
        raise UsageError(f"DATELINE_EMBEDDING: {problem}") from None


def workers(config: Config) -> Workers | None:
    """The Ray cluster that is to make passages of articles, if the settings name one.

    OpenAI's API is asked from here all the same, by several threads at once.
    """
    if not config.ray or config.embedding.startswith("openai:"):
        return None
    from index.sync.ray_workers import RayWorkers  # noqa: PLC0415  (few have one)

    return RayWorkers(config.ray)


def open_collection(config: Config, shared: Embedder | None = None) -> Store:
    """The store of the articles to answer from, as it is; the caller closes it.

    It embeds with `shared`, where several stores are to use the same embedder.
    """
    return open_directory(config, collection(config), shared)


def open_directory(config: Config, directory: Path, shared: Embedder | None = None) -> Store:
    """The store in a collection's directory, whichever articles it holds."""
    server = (
        ChromaServer(
            config.chroma_url, config.chroma_token, config.chroma_tenant, config.chroma_database
        )
        if config.chroma_url
        else None
    )
    return Store.open(directory, shared or embedder(config), server, workers(config))


def index_articles(
    config: Config, on_progress: OnProgress, allow_empty: bool = False
) -> SyncReport:
    """Bring the index up to date, and remember articles that were named for next time."""
    report = sync_articles(config, on_progress, allow_empty)
    if config.articles:
        remember_roots(store_directory(config), config.articles)
    return report


def sync_articles(config: Config, on_progress: OnProgress, allow_empty: bool) -> SyncReport:
    """Fetch what there is at the articles' addresses, and bring their index up to date."""
    fetch_addresses(config)
    with open_collection(config) as store:
        report = store.sync(articles_roots(config), on_progress, allow_empty, thorough=True)
    _label(config)
    return report


def _label(config: Config) -> None:
    """Note in a collection's directory which articles it holds."""
    directory = collection(config)
    put_label(directory, label_of(directory)._replace(roots=articles_named(config)))


def preview_index(config: Config, allow_empty: bool = False) -> SyncReport:
    """What `index_articles` would do with what was fetched; it is not done."""
    fetch_addresses(config, only_new=True)
    with open_collection(config) as store:
        return store.preview(articles_roots(config), allow_empty)


def open_store(config: Config, notify: Notify, on_progress: OnProgress) -> Store:
    """The store, up to date where that can be had; the caller closes it.

    When the index cannot be brought up to date but holds articles, `notify` hears why and
    the store is opened as it is. Articles that were named must be readable.
    """
    store = open_collection(config)
    try:
        _bring_up_to_date(store, config, notify, on_progress)
    except BaseException:
        store.close()
        raise
    return store


class Opened(NamedTuple):
    """An open index, and what answers from it."""

    store: Store
    answerer: "Answerer"


@asynccontextmanager
async def opened(
    config: Config, notify: Notify, on_progress: OnProgress, reranker: Any = None
) -> AsyncIterator[Opened]:
    """The articles of the settings and their answerer, all that these need closed on leaving.

    `reranker`, a node postprocessor of LlamaIndex, takes the place of the built-in reader.
    """
    store = await asyncio.to_thread(open_store, config, notify, on_progress)
    try:
        shared = models(config, store.embedder)
        if reranker is not None:
            from bot.extraction.reader import LlamaIndexReader  # noqa: PLC0415

            shared = replace(shared, reader=LlamaIndexReader(reranker))
        async with chat_models(config) as chat:
            yield Opened(store, answerer_on(store, config, chat, shared))
    finally:
        await asyncio.to_thread(store.close)


def models(config: Config, chosen: Embedder | None = None) -> "Models":
    """The models that answering needs; they are loaded when they are first used.

    `chosen` is the embedder of the store, where that is open already.
    """
    from bot.answerer import Models  # noqa: PLC0415  (indexing alone needs none)
    from bot.extraction.reader import reader_named  # noqa: PLC0415
    from index.embedding.similarity import Words  # noqa: PLC0415

    static = chosen if isinstance(chosen, StaticEmbedder) else StaticEmbedder()
    try:
        return Models(Words(static), reader_named(config.reader, config.reranker_options))
    except UsageError as problem:
        raise UsageError(f"DATELINE_READER: {problem}") from None


def answerer_on(
    store: Store, config: Config, chat: "ChatModels | None" = None, shared: "Models | None" = None
) -> "Answerer":
    """An answerer on an open store, whose answers are written by a language model if there is one.

    Answerers that share models take less memory.
    """
    from bot.answerer import Answerer  # noqa: PLC0415  (indexing alone needs none)

    return Answerer(store, config.threshold, chat, shared or models(config, store.embedder))


@asynccontextmanager
async def conversation_store(
    config: Config, notify: Notify, kept: bool = True
) -> AsyncIterator["ConversationStore"]:
    """The conversation store: one that is kept, or one that ends with the process."""
    from bot.conversation.store import (  # noqa: PLC0415  (a single question needs none)
        FILE,
        ConversationStore,
    )

    place = place_of(config, FILE) if kept else None
    async with ConversationStore.open(place, config.memory_days, notify) as opened:
        yield opened


@asynccontextmanager
async def chat_models(config: Config) -> AsyncIterator["ChatModels | None"]:
    """The language model of the settings and its judge, if there is one; closed on leaving."""
    if not config.chat_model:
        yield None
        return
    from bot.generation.generative import ChatModels  # noqa: PLC0415  (few have a model)

    async with opened_model(config, config.chat_model) as llm, _judge(config, llm) as judge:
        yield ChatModels(llm, prompts(config), judge)


@asynccontextmanager
async def language_model(config: Config) -> AsyncIterator["LLM | None"]:
    """The language model of the settings, if there is one; it is closed on leaving."""
    if not config.chat_model:
        yield None
        return
    async with opened_model(config, config.chat_model) as model:
        yield model


@asynccontextmanager
async def _judge(config: Config, llm: "LLM") -> AsyncIterator["Examined | None"]:
    """The judge of written answers: the model that writes, another one, or none."""
    from bot.generation.exam import Examined  # noqa: PLC0415
    from bot.generation.judge import Judge  # noqa: PLC0415

    records = store_directory(config) / JUDGES
    if config.judge == NO_JUDGE:
        yield None
    elif config.judge in (None, config.chat_model):
        yield Examined(Judge(llm, prompts(config)), records, waits=is_slow(config.chat_model))
    else:
        async with opened_model(config, config.judge, "DATELINE_JUDGE") as other:
            judge = Judge(other, prompts(config))
            yield Examined(judge, records, waits=is_slow(config.judge))


def _bring_up_to_date(
    store: Store, config: Config, notify: Notify, on_progress: OnProgress
) -> None:
    roots = articles_roots(config)
    fetch_addresses(config, only_new=True)
    try:
        if store.is_stale(roots):
            report = store.sync(roots, on_progress)
            if report.rebuilt:
                notify(f"the index had to be made again: {report.rebuilt}")
            for line in report.kept:
                notify(line)
            _label(config)
    except StoreBusyError:
        if not store.counts()[0]:
            raise
        notify("another process is updating the index; answering from what it holds now")
    except (OSError, StoreError, ArticlesError) as problem:
        named_and_missing = not all(
            os.access(root, os.F_OK) for root in config.articles if isinstance(root, Path)
        )
        if named_and_missing or not store.counts()[0]:
            raise
        notify(f"{problem}; answering from the articles indexed before")
