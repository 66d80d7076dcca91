"""A store in step with its articles: real Chroma, real tantivy, a small quick embedder."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest
from filelock import FileLock

from index.embedding.static import Vectors
from index.engines.bm25 import Bm25Index
from index.errors import ArticlesError, StoreBusyError, StoreError
from index.storage.schema import FORMAT
from index.store import Store
from index.sync import sync
from index.sync.report import SyncReport
from index.sync.sync import BEHIND
from tests.index.fruits import FRUITS, write


class CountingEmbedder:
    """Hashed bags of words; fails at the `fails_at`-th call, counted from 1."""

    dimension = 16

    def __init__(self, name: str = "bag-16", fails_at: int = 0) -> None:
        self.name = name
        self.fails_at = fails_at
        self.calls = 0
        self.texts: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.calls += 1
        if self.calls == self.fails_at:
            raise RuntimeError("the embedder broke")
        self.texts += texts
        vectors = np.full((len(texts), self.dimension), 0.01, dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                vectors[row, crc32(word.strip(".,").encode()) % self.dimension] += 1
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "store", CountingEmbedder()) as opened:
        yield opened


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync, "BATCH", 1)
    monkeypatch.setattr(sync, "CHARACTERS", 1)


def found(store: Store, word: str) -> set[str]:
    """The sources of the passages with this word, which both indexes must know."""
    g = store.generation
    by_word = g.manifest.candidates([n for n, _ in g.bm25.search({word: 1.0}, 100)])
    near = g.vectors.query(embedded(store, word), 100)
    by_vector = g.manifest.candidates([n for n, _ in near])
    assert {c.id for c in by_word} <= {c.id for c in by_vector}
    return {c.source for c in by_word}


def embedded(store: Store, word: str) -> Vectors:
    vector: Vectors = CountingEmbedder(store.embedder.name).embed([word])[0]
    return vector


def is_sound(store: Store, roots: Sequence[Path]) -> bool:
    """The manifest and both indexes hold the same, and no sync is due."""
    _, passages = store.counts()
    g = store.generation
    return g.bm25.doc_count == g.vectors.count() == passages and not store.is_stale(roots)


def did(report: SyncReport) -> tuple[int, int, int, int]:
    return report.added, report.changed, report.removed, report.unchanged


def texts(store: Store) -> list[str]:
    assert isinstance(store.embedder, CountingEmbedder)
    return store.embedder.texts


def sources(store: Store) -> list[str]:
    return [row.source for row in store.catalogue()]


def test_add_change_remove(store: Store, news: Path) -> None:
    assert store.is_stale([news])
    assert did(store.sync([news])) == (3, 0, 0, 0)
    assert is_sound(store, [news])
    assert found(store, "harvest") == {"apple.txt", "banana.txt", "cherry.txt"}

    (news / "banana.txt").unlink()
    write(news, "apple.txt", "About apples\n\nThe apple rotted.\n")
    write(news, "sub/damson.txt")
    assert store.is_stale([news])
    assert did(store.sync([news])) == (1, 1, 1, 1)
    assert is_sound(store, [news])
    assert found(store, "harvest") == {"cherry.txt", "sub/damson.txt"}
    assert found(store, "rot") == {"apple.txt"}
    assert sources(store) == ["apple.txt", "cherry.txt", "sub/damson.txt"]
    assert store.article("banana.txt") is None


def test_nothing_to_do_embeds_nothing(store: Store, news: Path) -> None:
    store.sync([news])
    count = len(texts(store))
    os.utime(news / "apple.txt")
    assert store.is_stale([news])
    for _ in range(2):
        report = store.sync([news])
        assert did(report) == (0, 0, 0, 3)
        assert report.embedded == 0
    assert len(texts(store)) == count


def test_a_change_of_the_same_size_and_time_is_seen(store: Store, news: Path) -> None:
    store.sync([news])
    path = news / "apple.txt"
    before = path.stat()
    path.write_text(path.read_text().replace("good", "poor"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert did(store.sync([news])) == (0, 1, 0, 2)


def test_a_renamed_article_is_not_embedded_again(store: Store, news: Path) -> None:
    store.sync([news])
    count = len(texts(store))
    (news / "apple.txt").rename(news / "zapple.txt")
    report = store.sync([news])
    assert (did(report), report.moved) == ((0, 0, 0, 2), 1)
    assert found(store, "appl") == {"zapple.txt"}
    assert len(texts(store)) == count
    assert is_sound(store, [news])


def test_candidates_keep_order_and_drop_the_unknown(store: Store, news: Path) -> None:
    write(news, "dated.md", "---\ntitle: Plums\npublished: 2024-10-24\nurl: http://p\n---\nText.")
    store.sync([news])
    ids = [n for n, _ in store.generation.bm25.search({"text": 1.0, "harvest": 1.0}, 10)]
    candidates = store.generation.manifest.candidates([*reversed(ids), 10_000, ids[0]])
    assert [c.id for c in candidates] == [*reversed(ids), ids[0]]
    for c in candidates:
        article = store.article(c.source)
        assert article is not None
        assert article.text[c.start : c.end] == c.text
    unread = store.generation.manifest.unread([*reversed(ids), 10_000])
    assert [*unread.ids] == [*reversed(ids)]
    for c, row in zip(candidates, zip(*unread, strict=True), strict=False):
        assert (c.id, c.article_id, c.published, c.start, len(c.text)) == row[:5]
        assert row[5].dtype == np.float32
        assert np.isclose(np.linalg.norm(row[5]), 1, atol=1e-2)
    assert store.generation.manifest.unread([10_000]).ids == []
    plums = next(c for c in candidates if c.source == "dated.md")
    assert (plums.title, plums.published, plums.url) == ("Plums", date(2024, 10, 24), "http://p")
    assert store.generation.manifest.newest(date(2024, 10, 24)) == date(2024, 10, 24)
    assert store.generation.manifest.newest(date(2024, 10, 23)) is None


def test_title_and_passage_are_embedded(store: Store, news: Path) -> None:
    store.sync([news])
    assert "About apple. About apple\n\nThe apple harvest was good. Prices fell." in texts(store)


def feed(path: Path, *rows: tuple[str, str]) -> None:
    lines = (json.dumps({"url": url, "title": url, "text": text}) for url, text in rows)
    path.write_text("\n".join(lines))


def test_only_changed_rows_of_a_feed_are_embedded(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "feed.jsonl"
    feed(path, ("u1", "One."), ("u2", "Two."), ("u3", "Three."))
    store.sync([path])
    feed(path, ("u1", "One."), ("u3", "Drei."), ("u4", "Four."))
    assert did(store.sync([path])) == (1, 1, 1, 1)
    assert texts(store)[3:] == ["u3. Drei.", "u4. Four."]
    assert is_sound(store, [path])


def test_new_and_changed_articles_have_higher_numbers(store: Store, news: Path) -> None:
    store.sync([news])
    before, known = store.last_number(), next(store.catalogue()).source
    assert 0 < store.number(known) <= before
    assert store.number("unknown.txt") == 0
    (news / "late.txt").write_text("Late news\n\nThe late train came early on Sunday.\n")
    store.sync([news])
    assert store.number("late.txt") == store.last_number() > before
    path = news / known
    path.write_text(path.read_text(encoding="utf-8") + "\nOne more line was added to it.\n")
    store.sync([news])
    assert store.number(known) == store.last_number() > store.number("late.txt")


def test_of_two_articles_of_one_name_the_newest_answers(store: Store, tmp_path: Path) -> None:
    root = tmp_path / "feeds"
    root.mkdir()
    feed(root / "b.jsonl", ("u1", "First."), ("u1", "Second."), ("u2", "Other."))
    report = store.sync([root])
    assert (did(report), report.superseded, report.problems) == ((2, 0, 0, 0), 1, ())
    assert found(store, "first") == set()
    assert found(store, "second") == {"u1"}

    feed(root / "a.jsonl", ("u1", "Third."))
    report = store.sync([root])
    assert (did(report), report.superseded) == ((0, 1, 0, 1), 1)
    assert found(store, "third") == {"u1"}
    assert found(store, "second") == set()
    assert sources(store) == ["u1", "u2"]

    (root / "a.jsonl").unlink()
    store.sync([root])
    assert found(store, "second") == {"u1"}
    assert found(store, "third") == set()
    assert is_sound(store, [root])


def test_two_folders_with_the_same_file_names(store: Store, tmp_path: Path) -> None:
    for name in ("one", "two", "x/two"):
        write(tmp_path / name, "a.txt", f"Title\n\nWord {name.replace('/', '')}.")
    roots = [tmp_path / "one", tmp_path / "two", tmp_path / "x" / "two"]
    report = store.sync(roots)
    assert sources(store) == ["a.txt", "two/a.txt"]
    assert [p.source for p in report.problems] == ["two/a.txt"]
    assert not store.is_stale(roots)


def test_problems_are_told_and_remembered(store: Store, news: Path) -> None:
    (news / "bad.txt").write_bytes(b"\xff\xfe")
    report = store.sync([news])
    assert [p.source for p in report.problems] == ["bad.txt"]
    assert store.problems() == list(report.problems) == list(store.sync([news]).problems)
    (news / "bad.txt").write_text("Good now.")
    assert store.sync([news]).problems == ()


def test_a_feed_cut_short_keeps_what_it_gave(store: Store, tmp_path: Path) -> None:
    import gzip

    path = tmp_path / "a.jsonl.gz"
    rows = [json.dumps({"id": str(n), "text": os.urandom(30).hex()}) for n in range(500)]
    whole = gzip.compress("\n".join(rows).encode())
    path.write_bytes(whole)
    store.sync([path])
    path.write_bytes(whole[:-3000])
    report = store.sync([path])
    assert did(report) == (0, 0, 0, 500)
    assert len(report.problems) == 1


def test_articles_that_cannot_be_read_remove_nothing(store: Store, news: Path) -> None:
    store.sync([news])
    for fruit in FRUITS:
        (news / f"{fruit}.txt").write_bytes(b"\0")
    with pytest.raises(ArticlesError, match="binary"):
        store.sync([news])
    assert found(store, "appl") == {"apple.txt"}
    shutil.rmtree(news)
    for act in (store.sync, store.is_stale):
        with pytest.raises(ArticlesError, match="cannot read"):
            act([news])
    news.mkdir()
    with pytest.raises(ArticlesError, match="no articles"):
        store.sync([news])
    assert found(store, "appl") == {"apple.txt"}
    write(news, "cherry.txt")
    assert did(store.sync([news])) == (0, 0, 2, 1)
    assert is_sound(store, [news])


def test_no_article_at_all(store: Store, tmp_path: Path) -> None:
    bad = write(tmp_path / "news", "a.txt", "\0")
    for _ in range(2):
        with pytest.raises(ArticlesError, match=r"a\.txt: binary"):
            store.sync([bad])
        assert store.is_stale([bad])


def test_files_that_may_not_be_looked_at_keep_their_articles(
    store: Store, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(news, "sub/damson.txt")
    store.sync([news])
    (news / "apple.txt").unlink()
    real = Path.stat

    def stat(path: Path, **how: bool) -> os.stat_result:
        if path.name == "damson.txt":
            raise PermissionError(13, "Permission denied")
        return real(path, **how)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "stat", stat)
        report = store.sync([news])
    assert did(report) == (0, 0, 1, 3)
    assert [(p.source, p.reason) for p in report.problems] == [
        ("sub/damson.txt", "cannot be read: permission denied")
    ]
    assert "sub/damson.txt" in sources(store)


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("call", [1, 2, 3])
def test_a_failure_midway_leaves_the_old_answering(tmp_path: Path, news: Path, call: int) -> None:
    with Store.open(tmp_path / "store", CountingEmbedder()) as store:
        store.sync([news])
        for fruit in FRUITS:
            write(news, f"{fruit}.txt", f"New {fruit}\n\nThe {fruit} is new.")
        store.embedder = CountingEmbedder(fails_at=call)
        with pytest.raises(RuntimeError, match="broke"):
            store.sync([news])
        assert store.is_stale([news])
        held = [article for f in FRUITS if (article := store.article(f"{f}.txt"))]
        old = {article.source for article in held if "harvest" in article.text}
        assert len(held) == 3
        assert len(old) >= 4 - call
        assert found(store, "harvest") == old
        store.embedder = CountingEmbedder()
        store.sync([news])
        assert found(store, "harvest") == set()
        assert is_sound(store, [news])


def sync_until_killed(store: Path, articles: Path, moment: tuple[str, ...]) -> None:
    """Sync in another process that is killed at a moment."""
    from tests.index.crashing import run_killed_in  # which needs the embedder of this module

    run_killed_in(store, articles, moment)


@pytest.mark.parametrize(
    "moment",
    [
        ("VectorIndex", "add", "before", "1"),
        ("VectorIndex", "add", "after", "2"),
        ("Bm25Index", "commit", "after", "2"),
        ("Manifest", "put_passages", "after", "2"),
        ("Manifest", "drop_article", "after", "3"),
        ("VectorIndex", "delete", "after", "1"),
        ("Manifest", "clear_garbage", "before", "1"),
    ],
    ids="-".join,
)
def test_killed_at_any_point(tmp_path: Path, news: Path, moment: tuple[str, ...]) -> None:
    folder = tmp_path / "store"
    with Store.open(folder, CountingEmbedder()) as store:
        store.sync([news])
    for fruit in FRUITS[1:]:
        write(news, f"{fruit}.txt", f"New {fruit}\n\nThe {fruit} is new.")
    (news / "apple.txt").unlink()
    write(news, "damson.txt")
    sync_until_killed(folder, news, moment)
    with Store.open(folder, CountingEmbedder()) as store:
        assert store.is_stale([news])
        for row in store.catalogue():
            article = store.article(row.source)
            assert article is not None
            assert row.passages == 1
        assert found(store, "about") <= {f"{fruit}.txt" for fruit in (*FRUITS, "damson")}
        store.sync([news])
        assert sources(store) == ["banana.txt", "cherry.txt", "damson.txt"]
        assert found(store, "harvest") == {"damson.txt"}
        assert is_sound(store, [news])


def test_a_first_sync_killed_goes_on_where_it_was(tmp_path: Path, news: Path) -> None:
    for number in range(BEHIND):
        write(news, f"damson-{number}.txt")
    articles = len(FRUITS) + BEHIND
    folder = tmp_path / "store"
    # The last article is written beside those before it, which may be put in by then or not.
    sync_until_killed(folder, news, ("VectorIndex", "add", "before", str(articles)))
    with Store.open(folder, CountingEmbedder()) as store:
        added, changed, removed, unchanged = did(store.sync([news]))
        assert (changed, removed) == (0, 0)
        assert added + unchanged == articles
        assert articles - BEHIND - 1 <= unchanged < articles
        assert len(texts(store)) == added
        assert is_sound(store, [news])


def test_a_store_being_written_is_busy(store: Store, news: Path) -> None:
    store.sync([news])
    write(news, "damson.txt")
    hold = "import filelock as f, sys; k = f.FileLock(sys.argv[1]); k.acquire(); print(); input()"
    lock = str(store.directory / "lock")
    arguments = [sys.executable, "-c", hold, lock]
    pipe = subprocess.PIPE
    with subprocess.Popen(arguments, stdin=pipe, stdout=pipe) as other:
        assert other.stdout
        other.stdout.readline()
        with pytest.raises(StoreBusyError, match="another process"):
            store.sync([news])
        assert found(store, "appl") == {"apple.txt"}
        other.communicate(b"\n")
    assert did(store.sync([news])) == (1, 0, 0, 3)


def test_two_stores_in_one_process_exclude_each_other(store: Store, news: Path) -> None:
    store.sync([news])
    with FileLock(store.directory / "lock"), pytest.raises(StoreBusyError):
        store.sync([news])


def set_meta(store: Store, key: str, value: object) -> None:
    db = sqlite3.connect(store.directory / "1" / "manifest.sqlite3")
    db.execute("UPDATE meta SET value = ? WHERE key = ?", (value, key))
    db.commit()
    db.close()


def test_a_newer_format_is_left_alone(store: Store, news: Path) -> None:
    store.sync([news])
    store.close()
    set_meta(store, "format", 999)
    with pytest.raises(StoreError, match="newer version") as caught:
        Store.open(store.directory, CountingEmbedder())
    assert str(store.directory) in str(caught.value)
    with pytest.raises(StoreError, match="newer version"):
        store.sync([news])
    set_meta(store, "format", FORMAT)
    assert found(store, "appl") == {"apple.txt"}


@pytest.mark.parametrize("key", ["format", "splitter", "embedder"])
def test_an_outdated_store_is_made_again(store: Store, news: Path, key: str) -> None:
    store.sync([news])
    [before] = store.generation.manifest.candidates([1])
    set_meta(store, key, 0)
    assert store.is_stale([news])
    report = store.sync([news])
    assert report.rebuilt
    assert report.embedded == 3
    assert is_sound(store, [news])
    assert store.generation.manifest.candidates([before.id]) == []
    assert sorted(p.name for p in store.directory.iterdir()) == ["1", "2", "current", "lock"]
    with Store.open(store.directory, store.embedder) as later:
        later.sync([news])
    assert sorted(p.name for p in store.directory.iterdir()) == ["2", "current", "lock"]


def test_a_failed_rebuild_leaves_the_old_answering(tmp_path: Path, news: Path) -> None:
    with Store.open(tmp_path / "store", CountingEmbedder()) as store:
        store.sync([news])
    with Store.open(tmp_path / "store", CountingEmbedder("other", fails_at=1)) as store:
        with pytest.raises(RuntimeError):
            store.sync([news])
        with pytest.raises(StoreError, match="bag-16"):
            _ = store.generation.vectors
        assert len(sources(store)) == 3
    with Store.open(tmp_path / "store", CountingEmbedder()) as store:
        assert is_sound(store, [news])
        assert found(store, "appl") == {"apple.txt"}


@pytest.mark.parametrize("part", ["chroma", "bm25", "chroma/chroma.sqlite3", "bm25/meta.json"])
def test_derived_indexes_come_back_without_embedding(tmp_path: Path, news: Path, part: str) -> None:
    with Store.open(tmp_path / "store", CountingEmbedder()) as store:
        store.sync([news])
    path = tmp_path / "store" / "1" / part
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.write_bytes(b"damaged")
    with Store.open(tmp_path / "store", CountingEmbedder()) as store:
        assert store.is_stale([news])
        write(news, "damson.txt")
        report = store.sync([news])
        assert report.rebuilt
        assert len(texts(store)) == 1
        assert is_sound(store, [news])
        assert found(store, "harvest") == {f"{f}.txt" for f in (*FRUITS, "damson")}


def test_a_lost_graph_of_vectors_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "feed.jsonl"
    feed(path, *((f"u{n}", f"Text {n}.") for n in range(2100)))
    with Store.open(tmp_path / "store", CountingEmbedder()) as store:
        store.sync([path])
    graphs = [p for p in (tmp_path / "store" / "1" / "chroma").iterdir() if p.is_dir()]
    assert graphs
    for graph in graphs:
        shutil.rmtree(graph)
    with Store.open(tmp_path / "store", CountingEmbedder()) as store:
        assert store.is_stale([path])
        assert store.sync([path]).rebuilt
        assert texts(store) == []
        assert is_sound(store, [path])
        assert len(store.generation.vectors.query(embedded(store, "text"), 3000)) > 2000


@pytest.mark.parametrize(
    "search",
    [
        lambda bm25: bm25.doc_freqs(["harvest"]),
        lambda bm25: bm25.search({"appl": 1.0, "harvest": 1.0}, 5),
    ],
    ids=["frequency", "search"],
)
def test_a_damage_met_while_searching_is_mended_by_the_next_sync(
    tmp_path: Path, news: Path, search: Callable[[Bm25Index], object]
) -> None:
    with Store.open(tmp_path / "store", CountingEmbedder()) as store:
        store.sync([news])
    for path in (tmp_path / "store" / "1" / "bm25").glob("*.pos"):
        path.unlink()
    with Store.open(tmp_path / "store", CountingEmbedder()) as store:
        with pytest.raises(StoreError, match="try again"):
            search(store.generation.bm25)
        assert store.is_stale([news])
        assert store.sync([news]).rebuilt
        assert is_sound(store, [news])
        assert search(store.generation.bm25)


@pytest.mark.parametrize("damage", [b"", b"not a database" * 1000])
def test_a_damaged_manifest_is_set_aside(tmp_path: Path, news: Path, damage: bytes) -> None:
    folder = tmp_path / "store"
    with Store.open(folder, CountingEmbedder()) as store:
        store.sync([news])
    (folder / "1" / "manifest.sqlite3").write_bytes(damage)
    with Store.open(folder, CountingEmbedder()) as store:
        assert store.is_stale([news])
        with pytest.raises(StoreError, match="damaged"):
            store.counts()
        assert store.sync([news]).rebuilt
        assert is_sound(store, [news])
    assert (folder / "1.damaged").is_dir()


@pytest.mark.parametrize("name", [b"", b"\xff\xfe", b"..", b"../../elsewhere", b"7"])
def test_a_lost_name_of_the_current_generation_deletes_nothing_else(
    tmp_path: Path, news: Path, name: bytes
) -> None:
    folder = tmp_path / "stores" / "store"
    elsewhere = write(tmp_path, "elsewhere/kept.txt")
    with Store.open(folder, CountingEmbedder()) as store:
        store.sync([news])
    (folder / "current").write_bytes(name)
    with Store.open(folder, CountingEmbedder()) as store:
        assert store.is_stale([news])
        store.sync([news])
        assert is_sound(store, [news])
    assert elsewhere.exists()
    assert [path.name for path in folder.parent.iterdir()] == ["store"]


def test_a_copy_to_read_from_never_takes_the_place_of_the_store(
    store: Store, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.sync([news])
    write(news, "damson.txt")

    def refused(**_: object) -> None:
        raise PermissionError

    with monkeypatch.context() as patch, Store.open(store.directory, store.embedder) as reader:
        patch.setattr("tempfile.TemporaryFile", refused)
        reader.close()
        with pytest.raises(StoreError, match="only be read"):
            reader.sync([news])
        assert sources(reader) == ["apple.txt", "banana.txt", "cherry.txt"]
    assert did(store.sync([news])) == (1, 0, 0, 3)
    assert is_sound(store, [news])


def test_a_store_on_a_full_disk_is_read(
    store: Store, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.sync([news])
    full = os.open("/dev/full", os.O_WRONLY)
    monkeypatch.setattr("tempfile.TemporaryFile", lambda **_: os.fdopen(os.dup(full), "wb"))
    with Store.open(store.directory, store.embedder) as reader:
        assert found(reader, "appl") == {"apple.txt"}
        with pytest.raises(StoreError, match="full"):
            reader.sync([news])
    os.close(full)


def test_a_store_that_can_be_neither_written_nor_copied(
    store: Store, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.sync([news])

    def refused(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr("tempfile.TemporaryFile", refused)
    monkeypatch.setattr("shutil.copyfile", refused)
    with pytest.raises(StoreError, match="choose another --store"):
        Store.open(store.directory, store.embedder)


def test_an_open_reader_follows_the_writer(tmp_path: Path, news: Path) -> None:
    folder = tmp_path / "store"
    with (
        Store.open(folder, CountingEmbedder()) as reader,
        Store.open(folder, CountingEmbedder()) as writer,
    ):
        assert sources(reader) == []
        writer.sync([news])
        assert found(reader, "appl") == {"apple.txt"}
        write(news, "damson.txt")
        writer.sync([news])
        assert found(reader, "damson") == {"damson.txt"}
        set_meta(writer, "splitter", "old")
        writer.sync([news])
        assert found(reader, "damson") == {"damson.txt"}


def test_nothing_is_there_before_the_first_sync(store: Store) -> None:
    assert store.counts() == (0, 0)
    assert not store.directory.exists()
    with pytest.raises(StoreError, match="dateline index"):
        _ = store.generation.bm25


def test_a_store_that_cannot_be_written(tmp_path: Path, news: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for folder in (tmp_path / "file", tmp_path / "file" / "store"):
        with pytest.raises(StoreError, match=str(folder)):
            Store.open(folder, CountingEmbedder()).sync([news])


def test_a_store_on_a_disk_that_takes_no_writing_is_read(
    store: Store, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.sync([news])
    store.close()
    mounted = store.directory
    for path in (mounted, *mounted.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)

    def refused(**_: object) -> None:
        raise PermissionError

    monkeypatch.setattr("tempfile.TemporaryFile", refused)
    before = {path: path.stat().st_mtime_ns for path in mounted.rglob("*")}
    with Store.open(mounted, CountingEmbedder()) as reader:
        assert not reader.is_stale([news])
        assert found(reader, "appl") == {"apple.txt"}
    assert before == {path: path.stat().st_mtime_ns for path in mounted.rglob("*")}


def test_looking_and_syncing_nothing_import_no_chroma(tmp_path: Path, news: Path) -> None:
    with Store.open(tmp_path / "store", CountingEmbedder()) as store:
        store.sync([news])
    look = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1])\n"
        "from tests.index.test_store import CountingEmbedder; from index.store import Store\n"
        "store = Store.open(Path(sys.argv[2]), CountingEmbedder()); roots = [Path(sys.argv[3])]\n"
        "assert not store.is_stale(roots); store.sync(roots)\n"
        "store.generation.manifest.candidates([1, 2])\n"
        "assert 'chromadb' not in sys.modules and 'wordllama' not in sys.modules\n"
    )
    here = str(Path(__file__).parents[2])
    arguments = [sys.executable, "-c", look, here, str(tmp_path / "store"), str(news)]
    subprocess.run(arguments, check=True, timeout=60)


def test_progress_is_told(store: Store, news: Path) -> None:
    told: list[sync.Progress] = []
    store.sync([news], told.append)
    assert told[0] == sync.Progress(files=0, total=3)
    assert told[-1] == sync.Progress(files=3, total=3, articles=3, wanted=3, passages=3)
