"""A store in step with its articles: real Chroma, real tantivy, a small quick embedder."""

import json
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from index.errors import ArticlesError, StoreBusyError, StoreError
from index.store import Store
from index.sync import sync
from tests.index.fruits import FRUITS, write
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


def test_problems_are_reported_and_remembered(store: Store, news: Path) -> None:
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


def test_looking_and_syncing_nothing_import_no_chroma(tmp_path: Path, news: Path) -> None:
    with Store.open(tmp_path / "store", CountingEmbedder()) as store:
        store.sync([news])
    look = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1])\n"
        "from tests.index.stores import CountingEmbedder; from index.store import Store\n"
        "store = Store.open(Path(sys.argv[2]), CountingEmbedder()); roots = [Path(sys.argv[3])]\n"
        "assert not store.is_stale(roots); store.sync(roots)\n"
        "store.generation.manifest.candidates([1, 2])\n"
        "assert 'chromadb' not in sys.modules and 'wordllama' not in sys.modules\n"
    )
    here = str(Path(__file__).parents[2])
    arguments = [sys.executable, "-c", look, here, str(tmp_path / "store"), str(news)]
    subprocess.run(arguments, check=True, timeout=60)


def test_progress_is_reported(store: Store, news: Path) -> None:
    told: list[sync.Progress] = []
    store.sync([news], told.append)
    assert told[0] == sync.Progress(files=0, total=3)
    assert told[-1] == sync.Progress(files=3, total=3, articles=3, wanted=3, passages=3)
