"""Which articles are answered from, and what happens when they cannot be read anew."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from bot.config import Config
from bot.factory import (
    articles_roots,
    collection,
    index_articles,
    open_store,
    opened,
    store_directory,
    workers,
)
from index.errors import ArticlesError, StoreBusyError, UsageError
from index.paths import remember_roots
from index.storage.write_lock import LOCK
from index.store import Store
from index.sync.ray_workers import RayWorkers


@pytest.fixture
def news(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "a.txt").write_text("A title\n\nThe mayor of Hamm is Ada Lind.\n", encoding="utf-8")
    return folder


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(store=tmp_path / "store")


@pytest.fixture
def notes() -> list[str]:
    return []


def silence(_: Any) -> None:
    pass


def sources(config: Config, notes: list[str]) -> list[str]:
    with open_store(config, notes.append, silence) as store:
        return [row.source for row in store.catalogue()]


@pytest.fixture
def held(config: Config, news: Path) -> Iterator[Config]:
    """Settings whose store, with one article, another process is writing to."""
    named = Config(store=config.store, articles=(news,))
    index_articles(named, silence)
    (news / "b.txt").write_text("Another\n\nIts deputy is Bo Berg.\n", encoding="utf-8")
    with FileLock(collection(named) / LOCK):
        yield named


def test_named_articles_win_over_remembered_ones_over_the_shipped(
    config: Config, news: Path, tmp_path: Path
) -> None:
    assert [root.name for root in articles_roots(config)] == ["seeds"]
    remember_roots(store_directory(config), [tmp_path])
    assert articles_roots(config) == (tmp_path,)
    assert articles_roots(Config(store=config.store, articles=(news,))) == (news,)


def test_the_store_has_a_place_of_its_own() -> None:
    assert store_directory(Config()).name == "dateline"


def test_only_an_index_of_named_articles_is_remembered(config: Config, news: Path) -> None:
    index_articles(config, silence)
    assert [root.name for root in articles_roots(config)] == ["seeds"]
    index_articles(Config(store=config.store, articles=(news,)), silence)
    assert articles_roots(config) == (news,)


def test_opening_brings_the_store_up_to_date(config: Config, news: Path, notes: list[str]) -> None:
    named = Config(store=config.store, articles=(news,))
    assert sources(named, notes) == ["a.txt"]
    (news / "b.txt").write_text("Another\n\nIts deputy is Bo Berg.\n", encoding="utf-8")
    assert sources(named, notes) == ["a.txt", "b.txt"]
    assert notes == []


def test_a_busy_store_answers_from_what_it_holds(held: Config, notes: list[str]) -> None:
    assert sources(held, notes) == ["a.txt"]
    assert notes == ["another process is updating the index; answering from what it holds now"]


def test_an_empty_busy_store_cannot_answer(config: Config, notes: list[str]) -> None:
    collection(config).mkdir(parents=True)
    with FileLock(collection(config) / LOCK), pytest.raises(StoreBusyError):
        open_store(config, notes.append, silence)


def test_named_articles_that_are_gone_are_an_error(
    config: Config, news: Path, notes: list[str]
) -> None:
    named = Config(store=config.store, articles=(news,))
    index_articles(named, silence)
    news.rename(news.with_name("moved"))
    with pytest.raises(ArticlesError):
        open_store(named, notes.append, silence)
    assert sources(config, notes) == ["a.txt"]
    assert len(notes) == 1 and notes[0].endswith("; answering from the articles indexed before")


def test_a_ray_cluster_makes_passages_unless_openai_embeds_them() -> None:
    named = Config(ray="127.0.0.1:6379")
    assert workers(Config()) is None
    assert isinstance(workers(named), RayWorkers)
    assert workers(replace(named, embedding="openai:text-embedding-3-small")) is None


def test_an_unknown_embedding_names_its_key(config: Config) -> None:
    with pytest.raises(UsageError, match="DATELINE_EMBEDDING"):
        index_articles(Config(store=config.store, embedding="magic"), silence)


async def test_an_answerer_closes_its_store(
    config: Config, news: Path, notes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[Store] = []
    close = Store.close

    def noted(store: Store) -> None:
        closed.append(store)
        close(store)

    monkeypatch.setattr(Store, "close", noted)
    named = Config(store=config.store, articles=(news,))
    async with opened(named, notes.append, silence) as one:
        assert "Ada Lind" in (await one.answerer.ask("Who is the mayor of Hamm?")).text
        assert not closed
    assert len(closed) == 1
