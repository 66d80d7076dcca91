"""Collections are listed, named, switched and forgotten, and nothing else is lost."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from filelock import FileLock

from bot.collection import collection_named, fetched_for, forget
from bot.config import Config
from bot.factory import index_articles
from index.paths import dump_of, remembered_roots
from index.storage.write_lock import LOCK

if TYPE_CHECKING:
    from tests.conftest import Dateline
    from tests.terminal import Terminal

QUESTION = "Who is the mayor of Hamm?"


class Shop:
    """A store with two collections, `news` and `world`, the latter of two folders."""

    def __init__(self, dateline: "Dateline", folder: Path) -> None:
        self._dateline = dateline
        self.store = folder / "store"
        self.news = self.made(folder / "news", "The mayor of Hamm is Ada Lind.", "2024-05-02")
        self.world = self.made(folder / "world", "The mayor of Hamm is Bo Berg.", "2023-01-31")
        self.more = self.made(folder / "more", "The port of Hamm has a new crane.", "2025-02-01")
        for roots in ([self.news], [self.world, self.more]):
            assert self.run("index", *roots).returncode == 0

    @staticmethod
    def made(folder: Path, text: str, day: str) -> Path:
        folder.mkdir()
        front = f"---\ntitle: Of Hamm\npublished: {day}\n---\n"
        (folder / f"{folder.name}.md").write_text(f"{front}\n{text}\n", encoding="utf-8")
        return folder

    def run(self, *arguments: object) -> Any:
        return self._dateline(*arguments, "--store", self.store)

    def listed(self) -> dict[str, dict[str, Any]]:
        rows = json.loads(self.run("articles", "--json").stdout)
        return {row["name"]: row for row in rows}

    def answers(self) -> list[str]:
        return [name for name, row in self.listed().items() if row["answers"]]


@pytest.fixture
def shop(inside: "Dateline", tmp_path: Path) -> Shop:
    return Shop(inside, tmp_path)


def test_every_collection_is_listed(shop: Shop) -> None:
    listed = shop.listed()
    assert list(listed) == ["shipped", "more", "news"]
    news = listed["news"]
    assert (news["articles"], news["oldest"], news["newest"]) == (1, "2024-05-02", "2024-05-02")
    assert (listed["more"]["oldest"], listed["more"]["newest"]) == ("2023-01-31", "2025-02-01")
    assert news["roots"] == [str(shop.news)] and news["bytes"] > 10_000
    assert (listed["shipped"]["articles"], listed["shipped"]["indexed"]) == (0, None)
    assert shop.answers() == ["more"]
    rows = [line.split("\t") for line in shop.run("articles").stdout.splitlines()]
    assert [row[:2] for row in rows] == [["", "shipped"], ["*", "more"], ["", "news"]]


@pytest.mark.parametrize("called", ["news", "FOLDER", "DIRECTORY"])
def test_the_one_that_is_used_answers(shop: Shop, called: str) -> None:
    directory = Path(shop.listed()["news"]["directory"]).name
    named = {"FOLDER": str(shop.news), "DIRECTORY": directory}.get(called, called)
    done = shop.run("articles", "use", named)
    assert (done.returncode, shop.answers()) == (0, ["news"])
    assert "answered from news (1 article from" in done.stdout
    assert "Ada Lind" in shop.run("ask", QUESTION).stdout
    assert shop.run("articles", "use", "shipped").returncode == 0
    assert shop.answers() == ["shipped"]


def test_a_collection_of_several_folders_comes_back_whole(shop: Shop) -> None:
    shop.run("articles", "use", "shipped")
    shop.run("articles", "use", "more")
    assert set(remembered_roots(shop.store)) == {shop.world, shop.more}
    assert "Bo Berg" in shop.run("ask", QUESTION).stdout


def test_a_name_is_as_good_as_a_folder(shop: Shop) -> None:
    assert shop.run("articles", "name", "news", "daily paper").returncode == 0
    assert "Ada Lind" in shop.run("ask", QUESTION, "--articles", "daily paper").stdout
    assert shop.answers() == ["more"]
    shop.run("index", shop.news)
    assert shop.answers() == ["daily paper"]


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("news", "more", "already"),
        ("news", "shipped", "already"),
        ("news", "../up", "will not do"),
        ("news", "", "empty"),
        ("shipped", "mine", "always called shipped"),
        ("nws", "mine", "did you mean news?"),
        ("nothing like it", "mine", "`dateline articles` lists them"),
    ],
)
def test_a_name_that_will_not_do_is_refused(shop: Shop, old: str, new: str, why: str) -> None:
    done = shop.run("articles", "name", old, new)
    assert (done.returncode, done.stdout) == (2, "")
    assert why in done.stderr and list(shop.listed()) == ["shipped", "more", "news"]


def test_folders_of_the_same_name_are_told_apart(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    shop.run("index", shop.made(tmp_path / "other" / "news", "A dam broke.", "2024-01-01"))
    _, _, *others = shop.listed()
    assert [name[:5] for name in others] == ["news-", "news-"]
    shop.run("articles", "name", others[0], "first")
    assert list(shop.listed()) == ["shipped", "first", "more", "news"]


def test_what_is_forgotten_is_gone_and_nothing_else(shop: Shop) -> None:
    directory = Path(shop.listed()["news"]["directory"])
    refused = shop.run("articles", "forget", "news")
    assert (refused.returncode, directory.exists()) == (2, True)
    assert f"deletes the index of news (1 article from {shop.news})" in refused.stderr
    done = shop.run("articles", "forget", "news", "--yes")
    assert (done.returncode, directory.exists()) == (0, False)
    assert done.stdout.startswith("news forgotten: ")
    assert list(shop.listed()) == ["shipped", "more"] and shop.answers() == ["more"]
    assert [path.name for path in shop.news.iterdir()] == ["news.md"]
    again = shop.run("articles", "forget", "more", "--yes")
    assert again.stdout.endswith("answered from shipped\n") and shop.answers() == ["shipped"]
    assert "not indexed" in shop.run("articles", "forget", "shipped", "--yes").stderr


def test_what_is_being_written_is_not_forgotten(shop: Shop) -> None:
    directory = Path(shop.listed()["news"]["directory"])
    with FileLock(directory / LOCK):
        done = shop.run("articles", "forget", "news", "--yes")
    assert done.returncode == 1 and "being written" in done.stderr
    assert shop.listed()["news"]["articles"] == 1


def test_a_damaged_collection_can_be_forgotten(shop: Shop) -> None:
    directory = Path(shop.listed()["news"]["directory"])
    (directory / "1" / "manifest.sqlite3").write_bytes(b"no database at all" * 500)
    assert shop.listed()["news"]["articles"] == 0
    assert shop.run("articles", "forget", "news", "--yes").returncode == 0
    assert not directory.exists()


def test_a_collection_without_a_label_is_known_by_its_files(shop: Shop) -> None:
    for row in shop.listed().values():
        Path(row["directory"], "articles.json").unlink(missing_ok=True)
    assert shop.listed()["news"]["roots"] == [str(shop.news)]
    assert sorted(shop.listed()["more"]["roots"]) == sorted([str(shop.world), str(shop.more)])


def test_a_folder_that_is_gone_is_said(shop: Shop, tmp_path: Path) -> None:
    shop.news.rename(tmp_path / "elsewhere")
    assert f"{shop.news} (not there)" in shop.run("articles").stdout
    done = shop.run("articles", "use", "news")
    assert f"{shop.news} is not there" in done.stderr
    assert "Ada Lind" in shop.run("ask", QUESTION).stdout


def test_a_setting_that_goes_first_is_told(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_ARTICLES", str(shop.news))
    assert shop.answers() == ["news"]
    assert "DATELINE_ARTICLES goes first" in shop.run("articles", "use", "more").stderr


def test_what_was_fetched_for_others_too_is_kept(tmp_path: Path) -> None:
    address, store = "https://example.org/feed.xml", tmp_path / "store"
    dump = dump_of(store, address)
    dump.parent.mkdir(parents=True)
    row = {"id": "1", "title": "Of Hamm", "text": "The mayor of Hamm is Ada Lind."}
    dump.write_text(json.dumps(row) + "\n", encoding="utf-8")
    dump.with_suffix(".json").write_text(json.dumps({"address": address}))
    more = Shop.made(tmp_path / "more", "The port of Hamm has a new crane.", "2025-02-01")
    config = Config(store=store)
    for roots in ((address,), (address, more)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("bot.factory.fetch_addresses", lambda *_: None)
            index_articles(Config(store=store, articles=roots), lambda _: None)
    both = collection_named(config, "more")
    assert set(both.roots) == {address, more}
    assert fetched_for(config, both) == []
    forget(config, both)
    assert dump.exists() and remembered_roots(store) == ()
    forget(config, collection_named(config, address))
    assert not dump.exists() and not dump.with_suffix(".json").exists()


def test_a_person_is_asked_before_it_is_deleted(terminal: "Terminal", shop: Shop) -> None:
    terminal.enter(f"dateline articles forget news --store '{shop.store}'; echo done $?")
    terminal.wait_for("forget news? [y/N]:")
    terminal.enter("n")
    terminal.wait_for("done 1")
    assert "news" in shop.listed()
