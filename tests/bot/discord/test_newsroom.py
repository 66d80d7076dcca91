import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

import index.embed
from bot.answer import Answer
from bot.compose import collection
from bot.config import Config
from bot.discord import newsroom
from bot.discord.newsroom import Newsrooms, NoArticlesError
from bot.discord.settings import Servers
from tests.bot.discord.waiting import eventually

HERE, THERE, ELSEWHERE = 1001, 1002, 1003
QUESTION = "Who is the mayor of Hamm?"
NEVER = 1_000_000.0


def write(folder: Path, mayor: str, name: str = "hamm.txt") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    text = f"Hamm elects a mayor\n\nThe mayor of Hamm is {mayor}, who won the election.\n"
    (folder / name).write_text(text, encoding="utf-8")


@pytest.fixture
def config(tmp_path: Path) -> Config:
    write(tmp_path / "news", "Ada Lind")
    return Config(articles=(tmp_path / "news",), store=tmp_path / "store")


@asynccontextmanager
async def opened(config: Config, *own: int) -> AsyncIterator[Newsrooms]:
    async with Servers.open(None, pytest.fail) as servers:
        for server in own:
            await servers.change(server, own_articles=True)
        async with Newsrooms.open(config, servers, NEVER) as newsrooms:
            yield newsrooms


async def asked(newsrooms: Newsrooms, server: int | None) -> Answer:
    return await (await newsrooms.of(server)).ask(QUESTION)


async def test_servers_without_articles_of_their_own_share_the_common_ones(config: Config) -> None:
    async with opened(config) as newsrooms:
        assert "Ada Lind" in (await asked(newsrooms, HERE)).text
        assert await newsrooms.of(HERE) is await newsrooms.of(THERE) is await newsrooms.of(None)


async def test_a_servers_own_articles_answer_there_and_nowhere_else(config: Config) -> None:
    async with opened(config, HERE, THERE) as newsrooms:
        write(newsrooms.folder(HERE), "Bo Berg")
        write(newsrooms.folder(THERE), "Cy Dahl")
        servers = [None, HERE, THERE, ELSEWHERE]
        answers = await asyncio.gather(*(asked(newsrooms, server) for server in servers))
        mayors = ["Ada Lind", "Bo Berg", "Cy Dahl", "Ada Lind"]
        for answer, mayor in zip(answers, mayors, strict=True):
            said = answer.text + str(answer.passages) + str(answer.citations)
            assert {name for name in mayors if name in said} == {mayor}


async def test_a_question_waits_until_the_articles_are_indexed(config: Config) -> None:
    async with opened(config) as newsrooms:
        assert not newsrooms.common.is_open
        assert newsrooms.common.synced is None
        answers = await asyncio.gather(*(asked(newsrooms, None) for _ in range(3)))
        assert all("Ada Lind" in answer.text for answer in answers)
        assert newsrooms.common.is_open
        assert newsrooms.common.synced


async def test_new_articles_are_found_while_it_runs(config: Config, tmp_path: Path) -> None:
    async with opened(config) as newsrooms:
        store = await newsrooms.common.store()
        write(tmp_path / "news", "Bo Berg", "b.txt")
        newsrooms.look()
        await eventually(lambda: store.counts()[0] == 2)
        assert newsrooms.common.problem is None


async def test_what_it_holds_answers_at_once_and_is_brought_up_to_date_then(
    config: Config, tmp_path: Path
) -> None:
    async with opened(config) as newsrooms:
        await newsrooms.of(None)
    write(tmp_path / "news", "Bo Berg", "b.txt")
    async with opened(config) as newsrooms:
        store = await newsrooms.common.store()
        assert store.counts()[0] >= 1
        await eventually(lambda: store.counts()[0] == 2)


async def test_articles_that_are_missing_are_told_of_and_tried_again(config: Config) -> None:
    async with opened(config, HERE) as newsrooms:
        with pytest.raises(NoArticlesError):
            await newsrooms.of(HERE)
        write(newsrooms.folder(HERE), "Bo Berg")
        assert "Bo Berg" in (await asked(newsrooms, HERE)).text
        assert newsrooms.room(HERE).problem is None


async def test_articles_that_vanish_go_on_answering(config: Config, tmp_path: Path) -> None:
    async with opened(config) as newsrooms:
        await newsrooms.of(None)
        await eventually(lambda: newsrooms.common.synced is not None)
        (tmp_path / "news").rename(tmp_path / "away")
        newsrooms.look()
        await eventually(lambda: newsrooms.common.problem is not None)
        assert "Ada Lind" in (await asked(newsrooms, None)).text
        (tmp_path / "away").rename(tmp_path / "news")
        newsrooms.look()
        await eventually(lambda: newsrooms.common.problem is None)


async def test_a_damaged_index_is_made_again(config: Config) -> None:
    async with opened(config) as newsrooms:
        await newsrooms.of(None)
    [generation] = (p for p in collection(config).iterdir() if p.name.isdecimal())
    for path in generation.rglob("*"):
        if path.is_file():
            path.write_bytes(b"damaged")
    async with opened(config) as newsrooms:
        assert "Ada Lind" in (await asked(newsrooms, None)).text


async def test_few_newsrooms_stay_open_that_nobody_asks(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(newsroom, "OPEN", 1)
    monkeypatch.setattr(newsroom, "LONG", 0)
    async with opened(config, HERE, THERE) as newsrooms:
        for server, mayor in {HERE: "Bo Berg", THERE: "Cy Dahl"}.items():
            write(newsrooms.folder(server), mayor)
            await newsrooms.of(server)
        newsrooms.look()
        await eventually(lambda: not newsrooms.room(HERE).is_open)
        assert newsrooms.common.is_open
        assert newsrooms.room(THERE).is_open
        assert "Bo Berg" in (await asked(newsrooms, HERE)).text


async def test_it_can_be_stopped_while_it_indexes(config: Config, tmp_path: Path) -> None:
    for number in range(1500):
        write(tmp_path / "news", f"Ada Lind the {number}.", f"{number}.txt")
    async with opened(config) as newsrooms:
        await eventually(lambda: newsrooms.common.progress is not None)
    shutil.rmtree(tmp_path / "news")
    write(tmp_path / "news", "Ada Lind")
    async with opened(config) as newsrooms:
        assert "Ada Lind" in (await asked(newsrooms, None)).text


async def test_one_model_serves_all(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    load_once, loaded = index.embed._load_wordllama, list[Path]()

    def load(folder: Path) -> object:
        loaded.append(folder)
        return load_once(folder)

    monkeypatch.setattr("index.embed._load_wordllama", load)
    async with opened(config, HERE) as newsrooms:
        write(newsrooms.folder(HERE), "Bo Berg")
        assert {(await asked(newsrooms, server)).status for server in (None, HERE)} == {"answered"}
    assert len(loaded) == 1
