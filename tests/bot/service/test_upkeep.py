"""An index that is made, kept up to date, and waited for."""

import asyncio
from pathlib import Path

import pytest

from bot.answer import Status
from bot.config import Config
from bot.service.requests import Ask, List
from bot.service.service import Service
from index.errors import ArticlesError, DatelineError
from index.sync.sync import Progress

PATIENCE = 90


def write(folder: Path, name: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"{text}\n", encoding="utf-8")


async def test_a_question_waits_for_the_whole_first_index(tmp_path: Path) -> None:
    for n in range(200):
        write(tmp_path / "news", f"{n:03}.txt", f"The mayor of town number {n} is called Ada{n}.")
    config = Config(articles=(tmp_path / "news",), store=tmp_path / "store")
    async with asyncio.timeout(PATIENCE), Service.open(config) as service:
        assert service.upkeep.state() == "indexing"
        events = [event async for event in service.stream(Ask("Who is mayor of town number 199?"))]
        assert service.upkeep.state() == "ok"
        assert any(isinstance(event, Progress) for event in events)
        assert (await service.sources(List()))["matched"] == 200
        write(tmp_path / "news", "new.txt", "The council of Hamm buys twelve trams.")
        while True:
            if (await service.sources(List()))["matched"] == 201:
                break
            await asyncio.sleep(0.2)
        assert (await service.ask(Ask("How many trams?"))).status is Status.ANSWERED


async def test_who_waits_hears_what_goes_wrong(tmp_path: Path) -> None:
    (tmp_path / "news").mkdir()
    config = Config(articles=(tmp_path / "news",), store=tmp_path / "store")
    async with asyncio.timeout(PATIENCE), Service.open(config) as service:
        with pytest.raises(DatelineError):
            await service.ask(Ask("Who is the mayor?"))
        assert service.upkeep.state() == "degraded"
        write(tmp_path / "news", "hamm.txt", "Ada Lind is the mayor of Hamm.")
        while True:
            if service.upkeep.state() == "ok":
                break
            await asyncio.sleep(0.2)
        assert "Ada Lind" in (await service.ask(Ask("Who is the mayor of Hamm?"))).text


async def test_articles_that_are_not_there_are_told_at_once(tmp_path: Path) -> None:
    config = Config(articles=(tmp_path / "none",), store=tmp_path / "store")
    with pytest.raises(ArticlesError, match="none"):
        async with Service.open(config):
            pass
