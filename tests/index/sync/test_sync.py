"""What a sync makes of articles that move, vanish, come twice or are corrected."""

import os
import shutil
from pathlib import Path

import pytest

from index.errors import ArticlesError
from index.store import Store
from index.sync import sync
from tests.index.fruits import write
from tests.index.stores import (
    CountingEmbedder,
    did,
    feed,
    found,
    is_sound,
    set_meta,
    sources,
    texts,
)

STORY = "\n".join(f"On day {n} the mayor of Hamm opened bridge {n * 13}." for n in range(60))


def many(root: Path, count: int) -> Path:
    for number in range(count):
        write(root, f"a{number}.txt", f"Title {number}\n\nThe number is {number}.")
    return root


def states(store: Store) -> dict[str, tuple[str, str | None]]:
    return {row.source: (row.state, row.of) for row in store.catalogue()}


# Moves


def test_moving_between_roots_embeds_nothing(store: Store, tmp_path: Path) -> None:
    one, two = many(tmp_path / "one", 3), tmp_path / "two"
    write(two, "other.txt")
    store.sync([one, two])
    count = len(texts(store))
    (one / "a1.txt").rename(two / "moved.txt")
    report = store.sync([one, two])
    assert (report.moved, did(report)) == (1, (0, 0, 0, 3))
    assert sources(store) == ["a0.txt", "a2.txt", "moved.txt", "other.txt"]
    assert found(store, "titl") == {"a0.txt", "a2.txt", "moved.txt"}
    assert len(texts(store)) == count
    assert is_sound(store, [one, two])


def test_a_whole_folder_renamed_embeds_nothing(store: Store, tmp_path: Path) -> None:
    root = tmp_path / "news"
    many(root / "june", 15)
    store.sync([root])
    (root / "june").rename(root / "july")
    report = store.sync([root])
    assert (report.moved, report.embedded, report.kept) == (15, 0, ())
    assert sources(store) == sorted(f"july/a{n}.txt" for n in range(15))
    assert is_sound(store, [root])


def test_a_new_date_alone_embeds_nothing(store: Store, tmp_path: Path) -> None:
    root = tmp_path / "news"
    write(root, "a.md", "---\ntitle: Plums\npublished: 2024-10-24\n---\nPlums are ripe.")
    store.sync([root])
    write(root, "a.md", "---\ntitle: Plums\npublished: 2024-10-25\n---\nPlums are ripe.")
    report = store.sync([root])
    assert (report.changed, report.embedded) == (1, 0)
    [row] = store.catalogue()
    assert str(row.published) == "2024-10-25"
    assert is_sound(store, [root])


# Sources that vanish


def test_a_root_that_is_away_keeps_its_articles_and_the_others_go_on(
    store: Store, tmp_path: Path
) -> None:
    one, two = many(tmp_path / "one", 2), many(tmp_path / "two", 3)
    store.sync([one, two])
    two.rename(tmp_path / "unmounted")
    write(one, "new.txt")
    for _ in range(2):
        assert store.is_stale([one, two])
        report = store.sync([one, two])
        assert report.removed == 0
        assert [line for line in report.kept if str(two) in line and "3 articles are kept" in line]
    assert len(sources(store)) == 6
    two.mkdir()
    assert len(store.sync([one, two]).kept) == 1
    assert store.sync([one, two], allow_empty=True).removed == 3
    assert sources(store) == ["a0.txt", "a1.txt", "new.txt"]


def test_a_root_that_never_held_anything_is_a_mistake(store: Store, tmp_path: Path) -> None:
    one = many(tmp_path / "one", 2)
    store.sync([one])
    with pytest.raises(ArticlesError, match="cannot read"):
        store.sync([one, tmp_path / "onne"])


def test_most_of_a_root_gone_at_once_is_kept_until_it_is_allowed(
    store: Store, tmp_path: Path
) -> None:
    root = many(tmp_path / "news", 30)
    store.sync([root])
    for number in range(28):
        (root / f"a{number}.txt").unlink()
    write(root, "new.txt")
    for _ in range(2):
        report = store.sync([root])
        assert report.removed == 0
        assert "28 of 30 articles" in report.kept[0] or "28 of 31 articles" in report.kept[0]
        assert len(sources(store)) == 31
    assert store.sync([root], allow_empty=True).removed == 28
    assert sources(store) == ["a28.txt", "a29.txt", "new.txt"]
    assert is_sound(store, [root])


def test_files_that_come_back_are_no_longer_missed(store: Store, tmp_path: Path) -> None:
    root = many(tmp_path / "news", 30)
    store.sync([root])
    shutil.copytree(root, tmp_path / "kept")
    for number in range(28):
        (root / f"a{number}.txt").unlink()
    assert store.sync([root]).kept
    shutil.copytree(tmp_path / "kept", root, dirs_exist_ok=True)
    report = store.sync([root])
    assert (did(report), report.kept, report.embedded) == ((0, 0, 0, 30), (), 0)
    assert is_sound(store, [root])


def test_a_feed_dump_cut_to_a_few_rows_keeps_the_others(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "feed.jsonl"
    rows = [(f"u{n}", f"Text {n}.") for n in range(40)]
    feed(path, *rows)
    store.sync([path])
    feed(path, *rows[:2])
    for _ in range(2):
        assert store.sync([path]).kept
        assert len(sources(store)) == 40
    feed(path, *((f"w{n}", f"Other {n}.") for n in range(30)))
    report = store.sync([path])
    assert (report.kept, report.added, report.removed) == ((), 30, 40)
    assert is_sound(store, [path])


def test_everything_may_go_where_it_is_allowed(store: Store, tmp_path: Path) -> None:
    root = many(tmp_path / "news", 3)
    store.sync([root])
    shutil.rmtree(root)
    assert store.sync([root], allow_empty=True).removed == 3
    assert store.counts() == (0, 0)
    many(root, 2)
    assert store.sync([root]).added == 2
    assert is_sound(store, [root])


def test_an_unreadable_folder_under_a_clashing_name_keeps_its_articles(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for root in (one, two):
        write(root, "sub/a.txt", f"In {root.name}\n\nWord.")
        write(root, f"{root.name}.txt")
    store.sync([one, two])
    assert "two/sub/a.txt" in sources(store)
    real = os.scandir

    def refused(folder: Path) -> object:
        if Path(folder) == two / "sub":
            raise PermissionError(13, "Permission denied")
        return real(folder)

    monkeypatch.setattr(os, "scandir", refused)
    write(one, "new.txt")
    assert store.sync([one, two]).removed == 0
    assert "two/sub/a.txt" in sources(store)


# Copies and corrections


def test_an_exact_copy_is_one_entry_with_two_sources(store: Store, tmp_path: Path) -> None:
    root = tmp_path / "news"
    write(root, "b.txt", "A title\n\nThe same words.")
    store.sync([root])
    write(root, "a.txt", "A title\n\nThe same words.")
    report = store.sync([root])
    assert (did(report), report.duplicates, report.embedded) == ((1, 0, 0, 1), 1, 0)
    assert states(store) == {"a.txt": ("current", None), "b.txt": ("duplicate", "a.txt")}
    assert store.counts() == (1, 1)
    assert found(store, "word") == {"a.txt"}
    assert store.article("b.txt") is not None

    (root / "a.txt").unlink()
    report = store.sync([root])
    assert (did(report), report.embedded) == ((0, 0, 1, 1), 0)
    assert found(store, "word") == {"b.txt"}
    assert is_sound(store, [root])


def test_one_copy_changed_both_answer(store: Store, tmp_path: Path) -> None:
    root = tmp_path / "news"
    for name in ("a.txt", "b.txt"):
        write(root, name, "A title\n\nThe same words.")
    store.sync([root])
    write(root, "a.txt", "A title\n\nOther phrases.")
    report = store.sync([root])
    assert did(report) == (0, 1, 0, 1)
    assert found(store, "word") == {"b.txt"}
    assert found(store, "phrase") == {"a.txt"}
    assert is_sound(store, [root])


def test_a_correction_of_a_url_supersedes(store: Store, tmp_path: Path) -> None:
    root = tmp_path / "news"
    front = "---\ntitle: Bridge\nurl: http://x/bridge\npublished: 2024-10-{}\n---\n"
    write(root, "z.md", front.format(24) + "The bridge is closed.")
    store.sync([root])
    write(root, "a.md", front.format(25) + "The bridge is open.")
    report = store.sync([root])
    assert (report.added, report.superseded) == (1, 1)
    assert states(store) == {"a.md": ("current", None), "z.md": ("superseded", "a.md")}
    assert store.article("z.md") is None
    assert found(store, "close") == set()
    assert found(store, "open") == {"a.md"}

    (root / "a.md").unlink()
    store.sync([root])
    assert found(store, "close") == {"z.md"}
    assert is_sound(store, [root])


def test_nearly_the_same_articles_share_a_story(store: Store, tmp_path: Path) -> None:
    root = tmp_path / "news"
    dated = "---\ntitle: {}\npublished: 2024-{}\n---\n" + STORY
    write(root, "agency.md", dated.format("Bridges open", "10-24"))
    write(root, "other.txt")
    store.sync([root])
    edited = STORY.replace("day 7 ", "Sunday ") + "\nMore on page two."
    write(root, "paper.md", dated.format("Mayor is busy", "10-26").replace(STORY, edited))
    write(root, "yearly.md", dated.format("Bridges open again", "12-24").replace(STORY, edited))
    write(root, "undated.txt", f"Bridges\n\n{edited.replace('day 1', 'Monday 1')}")
    store.sync([root])
    assert states(store) == {
        "agency.md": ("current", None),
        "other.txt": ("current", None),
        "paper.md": ("similar", "agency.md"),
        "undated.txt": ("current", None),
        "yearly.md": ("current", None),
    }
    ids = [n for n, _ in store.generation.bm25.search({"hamm": 1.0, "harvest": 1.0}, 50)]
    stories = {c.source: c.story for c in store.generation.manifest.candidates(ids)}
    assert stories["agency.md"] == stories["paper.md"]
    assert len(set(stories.values())) == 4

    (root / "agency.md").unlink()
    store.sync([root])
    assert states(store)["paper.md"] == ("current", None)


@pytest.mark.parametrize("fails_at", range(2, 7))
def test_a_sync_that_was_stopped_finds_the_same_stories(tmp_path: Path, fails_at: int) -> None:
    names = [f"{n}.txt" for n in range(6)]
    for name in names:
        write(tmp_path / "news", name, f"{STORY}\nIt was said for the {name[0]}th time.")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sync, "CHARACTERS", 1)
        patch.setattr(sync, "BATCH", 1)
        with (
            Store.open(tmp_path / "store", CountingEmbedder(fails_at=fails_at)) as store,
            pytest.raises(RuntimeError),
        ):
            store.sync([tmp_path / "news"])
    with Store.open(tmp_path / "store", CountingEmbedder()) as store:
        store.sync([tmp_path / "news"])
        alike = dict.fromkeys(names[1:], ("similar", "0.txt"))
        assert states(store) == {"0.txt": ("current", None), **alike}


# Failures


@pytest.mark.parametrize("change", ["embedder", "splitter"])
def test_a_rebuild_that_fails_goes_on_with_what_it_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    monkeypatch.setattr(sync, "BATCH", 1)
    monkeypatch.setattr(sync, "CHARACTERS", 1)
    root = many(tmp_path / "news", 4)
    name = "other" if change == "embedder" else "bag-16"
    with Store.open(tmp_path / "store", CountingEmbedder()) as store:
        store.sync([root])
        if change == "splitter":
            set_meta(store, "splitter", "old")
    broken = CountingEmbedder(name, fails_at=3)
    with Store.open(tmp_path / "store", broken) as store, pytest.raises(RuntimeError):
        store.sync([root])
    with Store.open(tmp_path / "store", CountingEmbedder(name)) as store:
        assert store.is_stale([root])
        write(root, "new.txt")
        report = store.sync([root])
        assert report.rebuilt
        assert len(texts(store)) == 3
        assert is_sound(store, [root])
        assert len(sources(store)) == 5


def test_a_rebuild_keeps_articles_that_cannot_be_read_now(tmp_path: Path) -> None:
    one, two = many(tmp_path / "one", 2), many(tmp_path / "two", 3)
    with Store.open(tmp_path / "store", CountingEmbedder()) as store:
        store.sync([one, two])
    two.rename(tmp_path / "unmounted")
    with Store.open(tmp_path / "store", CountingEmbedder("other")) as store:
        assert store.sync([one, two]).rebuilt
        assert len(sources(store)) == 5


def test_a_damaged_store_set_aside_goes_with_the_next_sync(store: Store, tmp_path: Path) -> None:
    root = many(tmp_path / "news", 2)
    store.sync([root])
    store.close()
    (store.directory / "1" / "manifest.sqlite3").write_bytes(b"damaged" * 1000)
    with Store.open(store.directory, CountingEmbedder()) as later:
        later.sync([root])
        assert (store.directory / "1.damaged").is_dir()
        write(root, "new.txt")
        later.sync([root])
        assert sorted(p.name for p in store.directory.iterdir()) == ["2", "current", "lock"]


# Looking first


def test_a_preview_tells_and_changes_nothing(store: Store, tmp_path: Path) -> None:
    root = many(tmp_path / "news", 4)
    assert len(store.preview([root]).changes.added) == 4
    assert not store.directory.exists()
    store.sync([root])
    before = store.fingerprint()
    (root / "a0.txt").unlink()
    (root / "a1.txt").rename(root / "moved.txt")
    write(root, "a2.txt", "Title 2\n\nIt has changed.")
    shutil.copy(root / "a3.txt", root / "copy.txt")
    write(root, "bad.txt", "\0")
    report = store.preview([root])
    changes = report.changes
    assert (changes.removed, changes.moved, changes.changed) == (
        ["a0.txt"],
        ["moved.txt"],
        ["a2.txt"],
    )
    assert (changes.added, changes.duplicates) == (["copy.txt"], ["copy.txt"])
    assert [p.source for p in report.problems] == ["bad.txt"]
    assert store.fingerprint() == before
    assert store.is_stale([root])
    done = store.sync([root])
    assert done.changes == changes
