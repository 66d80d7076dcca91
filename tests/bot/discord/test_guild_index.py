import asyncio
import multiprocessing
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from filelock import FileLock

from bot.answer import Answer
from bot.config import Config
from bot.discord import guild_index
from bot.discord.guild_index import GuildIndexes, NoArticlesError
from bot.discord.settings import Servers
from bot.factory import collection, index_articles
from index.errors import StoreError
from index.storage.write_lock import LOCK
from tests.bot.discord.eventually import eventually

HERE, THERE, ELSEWHERE = 1001, 1002, 1003
CHANNEL, OTHER = 2001, 2002
QUESTION = "Who is the mayor of Hamm?"
NEVER = 1_000_000.0


def write(folder: Path, mayor: str, name: str = "hamm.txt") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    text = f"Hamm elects a mayor\n\nThe mayor of Hamm is {mayor}, who won the election.\n"
    (folder / name).write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """An index, made once, of articles that a test may change where it changes them back."""
    folder = tmp_path_factory.mktemp("common")
    write(folder / "news", "Ada Lind")
    config = Config(articles=(folder / "news",), store=folder / "store")
    index_articles(config, lambda _: None)
    return config


@pytest.fixture
def config(indexed: Config, tmp_path: Path) -> Iterator[Config]:
    """The same, with a store of the test's own."""
    assert indexed.store
    shutil.copytree(indexed.store, tmp_path / "store")
    yield replace(indexed, store=tmp_path / "store")
    [news] = indexed.articles
    shutil.rmtree(news)
    write(Path(news), "Ada Lind")


@pytest.fixture
def news(config: Config) -> Path:
    [folder] = config.articles
    return Path(folder)


@asynccontextmanager
async def opened(config: Config, *own: int) -> AsyncIterator[GuildIndexes]:
    async with Servers.open(None, pytest.fail) as servers:
        for server in own:
            await servers.change(server, own_articles=True)
        async with GuildIndexes.open(config, servers, NEVER) as indexes:
            yield indexes


async def asked(indexes: GuildIndexes, server: int | None) -> Answer:
    return await (await indexes.of(server)).ask(QUESTION)


async def test_servers_without_articles_of_their_own_share_the_common_ones(config: Config) -> None:
    async with opened(config) as indexes:
        assert "Ada Lind" in (await asked(indexes, HERE)).text
        assert await indexes.of(HERE) is await indexes.of(THERE) is await indexes.of(None)


async def test_a_servers_own_articles_answer_there_and_nowhere_else(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "index.embedding.static._load_wordllama", pytest.fail
    )  # other processes need it
    async with opened(config, HERE, THERE) as indexes:
        write(indexes.folder(HERE), "Bo Berg")
        write(indexes.folder(THERE), "Cy Dahl")
        room = indexes.room(HERE)
        assert (room.is_open, room.status().synced) == (False, None)
        servers = [None, HERE, THERE, ELSEWHERE, HERE]  # two of them wait for the same
        answers = await asyncio.gather(*(asked(indexes, server) for server in servers))
        mayors = ["Ada Lind", "Bo Berg", "Cy Dahl", "Ada Lind", "Bo Berg"]
        for answer, mayor in zip(answers, mayors, strict=True):
            said = answer.text + str(answer.passages) + str(answer.citations)
            assert {name for name in mayors if name in said} == {mayor}
        assert room.is_open
        assert room.status().synced
        assert room.status().articles == 1


async def test_a_channel_has_its_own_articles_and_then_those_of_its_server(config: Config) -> None:
    async with Servers.open(None, pytest.fail) as servers:
        await servers.change(HERE, own_articles=True, own_channels=frozenset({CHANNEL}))
        async with GuildIndexes.open(config, servers, NEVER) as indexes:
            write(indexes.folder(HERE), "Bo Berg")
            write(indexes.folder(HERE, CHANNEL), "Cy Dahl")
            room = indexes.room(HERE, CHANNEL)
            assert "Cy Dahl" in (await (await room.answerer()).ask(QUESTION)).text
            assert "Bo Berg" in (await (await indexes.of(HERE, OTHER)).ask(QUESTION)).text
            assert room.status().articles == 1
            assert indexes.room(HERE, OTHER) is indexes.room(HERE) is not room
            assert indexes.room(THERE, CHANNEL) is indexes.room(None, CHANNEL) is indexes.common
            await servers.change(HERE, own_channels=frozenset())
            assert indexes.room(HERE, CHANNEL) is indexes.room(HERE)


async def test_new_articles_are_found_while_it_answers(config: Config, news: Path) -> None:
    write(news, "Bo Berg", "b.txt")
    async with opened(config) as indexes:
        store = await indexes.common.store()
        await eventually(lambda: store.counts()[0] == 2)
        await eventually(lambda: indexes.common.synced)
        assert indexes.common.problem is None


async def test_the_list_of_articles_follows_what_is_added_and_removed(
    config: Config, news: Path
) -> None:
    async with opened(config) as indexes:
        room = indexes.common
        first = await room.catalogue()
        assert await room.catalogue() is first
        write(news, "Bo Berg", "b.txt")
        await room.sync()
        assert [row.source for row in await room.catalogue()] == ["b.txt", first[0].source]
        (news / "b.txt").unlink()
        await room.sync()
        assert [row.source for row in await room.catalogue()] == [first[0].source]


async def test_articles_that_vanish_go_on_answering(config: Config, news: Path) -> None:
    async with opened(config) as indexes:
        await indexes.of(None)
        await eventually(lambda: indexes.common.synced is not None)
        away = news.rename(news.with_name("away"))
        indexes.look()
        await eventually(lambda: indexes.common.problem is not None)
        assert "Ada Lind" in (await asked(indexes, None)).text
        away.rename(news)
        indexes.look()
        await eventually(lambda: indexes.common.problem is None)


async def test_a_server_without_articles_is_told_and_one_that_nobody_asks_is_closed(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guild_index, "OPEN", 0)
    monkeypatch.setattr(guild_index, "LONG", 0)
    async with opened(config, HERE) as indexes:
        with pytest.raises(NoArticlesError):
            await indexes.of(HERE)
        write(indexes.folder(HERE), "Bo Berg")
        assert "Bo Berg" in (await asked(indexes, HERE)).text
        indexes.look()
        await eventually(lambda: not indexes.room(HERE).is_open)
        assert indexes.common.is_open
        assert "Bo Berg" in (await asked(indexes, HERE)).text


async def test_indexing_can_be_killed_and_be_stopped(config: Config) -> None:
    async with opened(config, HERE) as indexes:
        for number in range(1500):
            write(indexes.folder(HERE), f"Bo Berg the {number}.", f"{number}.txt")
        room = indexes.room(HERE)
        asking = asyncio.create_task(indexes.of(HERE))
        await eventually(lambda: room.progress)
        [process] = multiprocessing.active_children()
        process.kill()
        with pytest.raises(StoreError, match="was ended"):
            await asking
        assert room.status().failed
        asking = asyncio.create_task(indexes.of(HERE))
        await eventually(lambda: room.progress)
    assert isinstance(asking.exception(), StoreError)
    assert not multiprocessing.active_children()


async def test_a_change_is_followed_at_once(config: Config, news: Path) -> None:
    async with opened(config) as indexes:
        store = await indexes.common.store()
        await eventually(lambda: indexes.common.synced)
        write(news, "Bo Berg", "b.txt")
        await eventually(lambda: store.counts()[0] == 2)


async def test_of_two_processes_with_one_store_one_indexes(
    config: Config, news: Path, tmp_path: Path
) -> None:
    config = replace(config, store=tmp_path / "fresh")
    async with opened(config) as one, opened(config) as other:
        answers = await asyncio.gather(asked(one, None), asked(other, None))
        assert all("Ada Lind" in answer.text for answer in answers)
        write(news, "Bo Berg", "b.txt")
        with FileLock(collection(config) / LOCK):
            for indexes in (one, other):
                await indexes.common.refresh()
        assert not one.common.status().failed and not other.common.status().failed
        one.look()
        store = await other.common.store()
        await eventually(lambda: store.counts()[0] == 2)


@pytest.mark.enable_socket
async def test_a_feed_is_fetched_in_its_time_and_not_for_its_own_sake(tmp_path: Path) -> None:
    fetched: list[str] = []

    async def feed(request: web.Request) -> web.Response:
        fetched.append(request.path)
        text = "The mayor of Hamm is Ada Lind, who won the election by far. " * 30
        item = f"<item><title>Hamm elects</title><guid>1</guid><description>{text}</description>"
        rss = f'<rss version="2.0"><channel><title>News</title>{item}</item></channel></rss>'
        return web.Response(text=rss, content_type="application/rss+xml")

    app = web.Application()
    app.add_routes([web.get("/feed", feed)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}/feed"
    config = Config(articles=(address,), store=tmp_path, allow_private_addresses=True)
    async with opened(config) as indexes:
        assert "Ada Lind" in (await asked(indexes, None)).text
        for _ in range(2):
            indexes.common.synced = None
            indexes.look()
            await eventually(lambda: indexes.common.synced)
    await runner.cleanup()
    assert fetched == ["/feed"]
