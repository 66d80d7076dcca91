"""What articles are called: nothing gets lost, and nothing hangs on the order of things."""

import json
import sqlite3
from collections.abc import Callable
from itertools import permutations
from pathlib import Path

from index.paths import FETCHED
from index.storage import schema
from index.storage.sums import SUMS
from index.store import Store
from tests.index.stores import CountingEmbedder

POSTS = [("post-1", "A crane fell."), ("post-2", "Two were hurt."), ("post-3", "The quay is open.")]


def table(path: Path, *texts: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    rows = (f'{n},"{text}"\n' for n, text in enumerate(texts, 1))
    path.write_text(f"id,text\n{''.join(rows)}")
    return path


def live(path: Path, *posts: tuple[str, str]) -> Path:
    items = (
        f"<item><title>{text[:9]}</title><link>https://a.example/live</link>"
        f'<guid isPermaLink="false">{guid}</guid><description>{text}</description></item>'
        for guid, text in posts
    )
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"<rss version='2.0'><channel>{''.join(items)}</channel></rss>")
    return path


def fetched(path: Path, address: str, **row: str) -> Path:
    """A dump as it is kept of a feed with one entry."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(row | {"places": []}) + "\n")
    path.with_suffix(".json").write_text(json.dumps({"address": address}))
    return path


def texts(store: Store) -> dict[str, str]:
    return {
        row.source: article.text
        for row in store.catalogue()
        if row.state != "superseded" and (article := store.article(row.source))
    }


def test_ids_count_within_their_file(store: Store, tmp_path: Path) -> None:
    root = tmp_path / "news"
    table(root / "politics.csv", "The mayor resigned.", "The budget passed.")
    store.sync([root])
    assert set(texts(store)) == {"1", "2"}
    sports = table(root / "sports.csv", "The Rovers won.")
    report = store.sync([root])
    assert texts(store) == {
        "2": "The budget passed.",
        "politics.csv#1": "The mayor resigned.",
        "sports.csv#1": "The Rovers won.",
    }
    assert (report.embedded, report.superseded) == (1, 0)
    sports.unlink()
    assert store.sync([root]).embedded == 0
    assert set(texts(store)) == {"1", "2"}


def test_a_row_that_changes_under_a_shared_id_is_the_same_article(
    store: Store, tmp_path: Path
) -> None:
    root = tmp_path / "news"
    for name in ("a.csv", "b.csv"):
        table(root / name, f"Words of {name}.")
    store.sync([root])
    table(root / "b.csv", "Other words.")
    report = store.sync([root])
    assert (report.added, report.changed, report.removed) == (0, 1, 0)
    assert texts(store)["b.csv#1"] == "Other words."


def test_names_hang_on_no_order(tmp_path: Path) -> None:
    makers: list[Callable[[Path], object]] = [
        lambda root: table(root / "a.csv", "One of a.", "Two of a."),
        lambda root: table(root / "b.csv", "One of b."),
        lambda root: live(root / "monday.xml", POSTS[0]),
        lambda root: live(root / "tuesday.xml", POSTS[1]),
    ]
    seen = []
    for n, order in enumerate(permutations(makers)):
        if n % 5:
            continue
        root = tmp_path / f"{n}" / "news"
        root.mkdir(parents=True)
        with Store.open(tmp_path / f"store{n}", CountingEmbedder()) as store:
            for make in order:
                make(root)
                store.sync([root])
            seen.append(texts(store))
    assert all(names == seen[0] for names in seen)
    assert set(seen[0]) == {
        *("2", "a.csv#1", "b.csv#1"),
        *("https://a.example/live#post-1", "https://a.example/live#post-2"),
    }


def test_entries_that_share_a_link_are_different_articles(store: Store, tmp_path: Path) -> None:
    root = live(tmp_path / "news" / "feed.xml", *POSTS).parent
    store.sync([root])
    assert texts(store) == {f"https://a.example/live#{guid}": text for guid, text in POSTS}
    live(root / "feed.xml", POSTS[0], ("post-2", "Nobody was hurt."))
    report = store.sync([root])
    assert (report.changed, report.removed) == (1, 1)
    assert texts(store)["https://a.example/live#post-2"] == "Nobody was hurt."


def test_a_feed_does_not_take_the_article_of_another(tmp_path: Path) -> None:
    link = "https://paper.example/bridge"
    own = {"url": link, "title": "Bridge", "text": "The bridge is open.", "published": "2024-10-24"}
    forged = own | {"text": "The bridge has collapsed.", "published": "2024-11-30"}
    folder = tmp_path / FETCHED
    for names in (("a", "b"), ("b", "a")):
        first, second = (folder / f"{name}.jsonl" for name in names)
        fetched(first, "https://feeds.paper.example/all.xml", **own)
        fetched(second, "https://elsewhere.example/feed", **forged)
        with Store.open(tmp_path / f"store-{names[0]}", CountingEmbedder()) as store:
            store.sync([first, second])
            assert texts(store) == {link: "The bridge is open."}
            [told] = store.superseded()
            assert "is another's article" in told.reason
            assert told.source == second.name


def test_a_feed_corrects_its_own_article(store: Store, tmp_path: Path) -> None:
    link = "https://paper.example/bridge"
    own = {"url": link, "title": "Bridge", "text": "It is shut.", "published": "2024-10-24"}
    dump = tmp_path / "archive.jsonl"
    dump.write_text(json.dumps(own))
    newer = own | {"text": "It is open.", "published": "2024-10-25"}
    feed = fetched(tmp_path / FETCHED / "a.jsonl", "https://paper.example/feed", **newer)
    store.sync([dump, feed])
    assert texts(store) == {link: "It is open."}


FORMAT_3 = """
ALTER TABLE files DROP COLUMN origin;
ALTER TABLE problems DROP COLUMN doubtful;
DROP INDEX articles_by_name;
UPDATE articles SET source = coalesce(name, source);
UPDATE articles SET state = 'superseded', stand_in = (SELECT max(id) FROM articles b
    WHERE b.source = articles.source) WHERE EXISTS (SELECT 1 FROM articles b
    WHERE b.source = articles.source AND b.id > articles.id);
ALTER TABLE articles DROP COLUMN name;
ALTER TABLE articles DROP COLUMN full_name;
DELETE FROM meta WHERE key = 'reading';
UPDATE meta SET value = 3 WHERE key = 'format';
"""


def test_an_older_store_is_brought_up_to_date_and_not_embedded_again(tmp_path: Path) -> None:
    root = tmp_path / "news"
    table(root / "a.csv", "One of a.", "Two of a.")
    table(root / "b.csv", "One of b.")
    (root / "c.txt").write_text("A title\n\nMore words.")
    with Store.open(tmp_path / "store", CountingEmbedder()) as store:
        store.sync([root])
        manifest = store.generation.folder / "manifest.sqlite3"
    with sqlite3.connect(manifest) as db:
        db.executescript(FORMAT_3)
    db.close()
    manifest.with_name(SUMS).unlink()  # as an older version of Dateline leaves it
    with Store.open(tmp_path / "store", CountingEmbedder()) as store:
        assert store.is_stale([root])
        looked = store.preview([root])
        assert (looked.changes.added, looked.rebuilt) == (["a.csv#1"], None)
        report = store.sync([root])
        assert (report.rebuilt, report.removed) == (None, 0)
        assert (
            report.embedded <= 1
        )  # the one that another file had hidden, unless its vector is there
        assert set(texts(store)) == {"a.csv#1", "b.csv#1", "2", "c.txt"}
        assert store.generation.format == schema.FORMAT
        assert not store.is_stale([root])
