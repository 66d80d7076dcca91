"""Answers from other processes: the same ones, streamed, stopped, and in spite of deaths."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import aclosing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from bot.answer import Answer, Draft
from bot.config import Config
from bot.factory import answerer_on, index_articles, open_collection
from bot.workers.messages import InsideError
from bot.workers.pool import LostError, Pool
from index.errors import StoreError, UsageError
from tests.bot.discord.eventually import PATIENCE, eventually
from tests.standins.openai_server import KEY, MODEL, OpenAIServer, Scripted, says

QUESTION = "Who is the mayor of Hamm?"
PIECES = ("The mayor of Hamm is ", "Ada Lind, who won ", "the election. [1]")
SILENT = Scripted(events=[], pause=60.0, then="drop")


def write(folder: Path, mayor: str, name: str = "hamm.txt") -> Path:
    folder.mkdir(exist_ok=True)
    text = f"Hamm elects a mayor\n\nThe mayor of Hamm is {mayor}, who won the election.\n"
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def indexed(folder: Path, mayor: str, store: Path) -> Config:
    config = Config(articles=(write(folder, mayor),), store=store)
    index_articles(config, lambda _: None)
    return config


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    folder = tmp_path_factory.mktemp("pool")
    return indexed(folder / "news", "Ada Lind", folder / "store")


@pytest.fixture
def written(config: Config, server: OpenAIServer) -> Config:
    """The same, with a language model that writes."""
    server.fallback = lambda _: says(*PIECES)
    return replace(config, chat_model=MODEL, openai_base_url=server.url, openai_api_key=KEY)


@pytest.fixture(autouse=True)
def nobody_is_left() -> Iterator[None]:
    yield
    assert processes() == []


def processes() -> list[psutil.Process]:
    """The processes that answer."""
    found = []
    for child in psutil.Process().children():
        with suppress(psutil.NoSuchProcess):
            found += [child] if "bot.workers.worker" in child.cmdline() else []
    return found


async def test_it_gives_what_an_answerer_here_gives(config: Config) -> None:
    with open_collection(config) as store:
        here = answerer_on(store, config)
        async with Pool.open(config, 2) as opened:
            there = opened.answerer(config.articles)
            answers = await asyncio.gather(*(there.ask(QUESTION) for _ in range(6)))
            expected = await here.ask(QUESTION)
            assert {replace(a, seconds=0.0) for a in answers} == {replace(expected, seconds=0.0)}
            assert await there.search("mayor", k=3) == await here.search("mayor", k=3)
            gone = replace(expected.citations[0], quote="The mayor of Hamm is Cy Dahl.")
            assert await there.withdrawn([*expected.citations, gone]) == (gone,)
            assert len(processes()) == 2


async def test_articles_never_mix_and_new_ones_are_seen(config: Config, tmp_path: Path) -> None:
    assert config.store
    other = indexed(tmp_path / "other", "Bo Berg", config.store)
    async with Pool.open(config, 1) as opened:
        for _ in range(2):
            for articles, mayor in ((config.articles, "Ada Lind"), (other.articles, "Bo Berg")):
                assert mayor in (await opened.answerer(articles).ask(QUESTION)).text
            opened.close(other.articles)
        there = opened.answerer(other.articles)
        write(tmp_path / "other", "Cy Dahl")
        index_articles(other, lambda _: None)
        assert "Cy Dahl" in (await there.ask(QUESTION)).text
        with pytest.raises(StoreError, match="nothing is indexed"):
            await opened.answerer((tmp_path / "none",)).ask(QUESTION)
        unforeseen: Any = "yesterday"
        with pytest.raises(InsideError, match="Traceback"):
            await there.ask(QUESTION, as_of=unforeseen)
        assert "Cy Dahl" in (await there.ask(QUESTION)).text


async def test_a_draft_is_streamed_and_leaving_it_stops_the_model(
    written: Config, server: OpenAIServer
) -> None:
    async with Pool.open(written, 1) as opened:
        [process] = processes()  # which was told the key, but nobody else
        assert KEY not in str([process.cmdline(), process.environ()])
        there = opened.answerer(written.articles)
        *drafts, answer = [event async for event in there.stream(QUESTION)]
        assert [draft.text for draft in drafts if isinstance(draft, Draft)] == [*PIECES]
        assert isinstance(answer, Answer) and answer.model == MODEL
        server.replies.append(says(*PIECES[:1], finish=None, then="hang"))
        async with aclosing(there.stream(QUESTION)) as events:
            await anext(events)
        await eventually(server.requests[-1].gone.is_set)
        server.replies.append(SILENT)
        waiting = asyncio.create_task(there.ask(QUESTION))
        await eventually(lambda: len(server.requests) == 3)
        waiting.cancel()
        await eventually(server.requests[-1].gone.is_set)


async def test_closing_waits_for_what_is_under_way(config: Config) -> None:
    async with Pool.open(config, 1) as opened:
        there = opened.answerer(config.articles)
        for milliseconds in range(10):
            await there.ask(QUESTION)
            asking = asyncio.create_task(there.ask(QUESTION))
            await asyncio.sleep(milliseconds / 1000)
            opened.close(config.articles)
            assert "Ada Lind" in (await asking).text


async def test_a_process_that_dies_is_replaced_and_what_it_was_asked_is_asked_again(
    written: Config, server: OpenAIServer, caplog: pytest.LogCaptureFixture
) -> None:
    async def dying(*, deaths: int) -> Answer:
        server.replies.extend([SILENT] * deaths)
        asking = asyncio.create_task(there.ask(QUESTION))
        for _ in range(deaths):
            await eventually(server.asked.is_set)
            server.asked.clear()
            processes()[0].kill()
        return await asking

    async with Pool.open(written, 1) as opened:
        there = opened.answerer(written.articles)
        assert (await dying(deaths=1)).model == MODEL
        server.asked.clear()
        assert "another takes its place" in caplog.text
        with pytest.raises(LostError, match="has ended; ask again"):
            await dying(deaths=2)
        server.replies.append(says(*PIECES[:1], finish=None, then="hang"))
        with pytest.raises(LostError):  # its reader has seen a part
            async for _ in there.stream(QUESTION):
                processes()[0].kill()


async def test_what_cannot_be_opened_is_said_in_one_line(config: Config) -> None:
    with pytest.raises(UsageError, match="needs a key"):
        async with Pool.open(replace(config, chat_model="gpt-9"), 1):
            raise AssertionError("there is nothing to ask")


PARENT = """
import asyncio, sys
from pathlib import Path
from bot.workers.pool import Pool
from bot.config import Config
from tests.bot.workers.test_pool import processes

async def main():
    async with Pool.open(Config(articles=(Path(sys.argv[1]),), store=Path(sys.argv[2])), 2):
        print(*(process.pid for process in processes()), flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


def test_they_go_when_the_one_who_asks_is_killed(config: Config) -> None:
    command = [sys.executable, "-c", PARENT, str(config.articles[0]), str(config.store)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        left = [psutil.Process(int(pid)) for pid in parent.stdout.readline().split()]
        assert len(left) == 2
        parent.kill()
    assert psutil.wait_procs(left, timeout=PATIENCE)[1] == []
