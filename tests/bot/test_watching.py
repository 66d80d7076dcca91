"""An index that follows its articles while they change."""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

import pytest
from filelock import FileLock

from bot.config import Config
from bot.factory import collection
from bot.watching import Outcome, watching
from index.errors import ArticlesError
from index.storage.write_lock import LOCK
from index.sync.report import SyncReport
from tests.conftest import DATELINE


def write(root: Path, name: str, text: str) -> None:
    root.mkdir(exist_ok=True)
    (root / name).write_text(f"Title of {name}\n\n{text}\n")


@pytest.fixture
def config(tmp_path: Path) -> Config:
    write(tmp_path / "news", "a.txt", "The bridge is open.")
    return Config(store=tmp_path / "store", articles=(tmp_path / "news",))


async def outcome(outcomes: AsyncGenerator[Outcome]) -> Outcome:
    async with asyncio.timeout(60):
        return await anext(outcomes)


async def report(outcomes: AsyncGenerator[Outcome]) -> SyncReport:
    found = await outcome(outcomes)
    assert isinstance(found, SyncReport), found
    return found


async def test_changes_are_followed_through_trouble(config: Config, tmp_path: Path) -> None:
    news = tmp_path / "news"
    async with aclosing(watching(config, lambda _: None)) as outcomes:
        assert (await report(outcomes)).added == 1
        write(news, "b.txt", "The ferry sails.")
        assert (await report(outcomes)).added == 1
        (news / "bad.txt").write_bytes(b"\0")
        assert [p.source for p in (await report(outcomes)).problems] == ["bad.txt"]

        news.rename(tmp_path / "away")
        assert isinstance(await outcome(outcomes), ArticlesError)
        write(tmp_path / "away", "c.txt", "The mayor spoke.")
        (tmp_path / "away").rename(news)
        assert (await report(outcomes)).added == 1

        with FileLock(collection(config) / LOCK):
            write(news, "d.txt", "The council met.")
            waiting = asyncio.create_task(outcome(outcomes))
            await asyncio.sleep(1.5)
            assert not waiting.done()
        done = await waiting
        assert isinstance(done, SyncReport) and done.added == 1


def test_ctrl_c_ends_the_command(config: Config, environment: dict[str, str]) -> None:
    arguments = [DATELINE, "index", *config.articles, "--watch", "--store", config.store]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [*map(str, arguments)], stdout=pipe, stderr=pipe, text=True, env=environment
    ) as process:
        assert process.stdout
        assert "1 added" in process.stdout.readline()
        os.kill(process.pid, signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert told.splitlines()[0].startswith("dateline: watching ")
    assert told.splitlines()[-1] == "dateline: stopped"
