"""Changes to files are told, and so is the coming and going of whole folders."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

import pytest

from index.sync.watch import changes

NEVER = 1e9
PATIENT = 30
"""Seconds; only a broken watch takes them."""


async def told(signals: AsyncGenerator[None]) -> None:
    async with asyncio.timeout(PATIENT):
        await anext(signals)


@pytest.fixture
def news(tmp_path: Path) -> Path:
    root = tmp_path / "news"
    root.mkdir()
    (root / "a.txt").write_text("One.")
    return root


async def test_a_change_in_a_folder_is_told(news: Path) -> None:
    async with aclosing(changes([news], NEVER)) as signals:
        await told(signals)
        (news / "sub").mkdir()
        await told(signals)
        (news / "sub" / "b.txt").write_text("Two.")
        await told(signals)
        (news / "a.txt").unlink()
        await told(signals)


async def test_what_changes_while_nobody_listens_is_told_afterwards(news: Path) -> None:
    async with aclosing(changes([news], NEVER)) as signals:
        await told(signals)
        (news / "b.txt").write_text("Two.")
        await asyncio.sleep(0.5)
        await told(signals)


async def test_files_that_hold_no_article_are_not_told(news: Path) -> None:
    async with aclosing(changes([news], NEVER)) as signals:
        await told(signals)
        for name in ("image.png", ".hidden.txt", "draft.txt~"):
            (news / name).write_text("No article.")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(2):
                await anext(signals)


async def test_a_file_named_by_itself_may_be_replaced(news: Path) -> None:
    path = news / "a.txt"
    async with aclosing(changes([path], NEVER)) as signals:
        await told(signals)
        path.write_text("Two words.")
        await told(signals)
        (news / "new").write_text("Three.")
        (news / "new").replace(path)
        await told(signals)


async def test_a_folder_that_vanishes_and_returns(news: Path) -> None:
    away = news.with_name("away")
    async with aclosing(changes([news], NEVER)) as signals:
        await told(signals)
        news.rename(away)
        await told(signals)
        away.rename(news)
        await told(signals)
        (news / "b.txt").write_text("Two.")
        await told(signals)


async def test_everything_is_looked_at_every_so_often(news: Path) -> None:
    async with aclosing(changes([news], look=0.1)) as signals:
        for _ in range(3):
            await told(signals)
