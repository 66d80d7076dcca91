"""One byte of a store changed: it is found, said and mended, and no answer changes."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.errors import VectorsError
from index.storage import sums
from index.storage.sums import SUMS, Sums
from index.store import Store
from tests.index.fruits import FRUITS
from tests.index.stores import (
    CountingEmbedder,
    embedded,
    feed,
    found,
    is_sound,
    texts,
)

KINDS = ("manifest.sqlite3", "bm25/*.idx", "bm25/*.term", "bm25/*.fieldnorm", "bm25/meta.json")


@pytest.fixture
def folder(tmp_path: Path, news: Path) -> Path:
    """A store of three articles that nobody has open."""
    with Store.open(tmp_path / "store", CountingEmbedder()) as store:
        store.sync([news])
    return tmp_path / "store"


def flip(path: Path, at: int, bit: int = 0, hidden: bool = False) -> None:
    """Change one bit of a file; its date stays if that is `hidden`, as where a disk fails."""
    facts = path.stat()
    data = bytearray(path.read_bytes())
    data[at % len(data)] ^= 1 << bit
    path.write_bytes(data)
    if hidden:
        os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))


def answers(store: Store) -> list[tuple[str, set[str]]]:
    return [(word, found(store, word)) for word in ("appl", "banana", "harvest", "price")]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_flipped_bit_is_found_and_mended(
    tmp_path: Path, news: Path, folder: Path, kind: str, share: float
) -> None:
    path = next((folder / "1").glob(kind))
    with Store.open(folder, CountingEmbedder()) as store:
        before = answers(store)
    flip(path, int(path.stat().st_size * share))
    with Store.open(folder, CountingEmbedder()) as store:
        assert store.damaged_files() == [path.relative_to(folder / "1").as_posix()]
        assert store.is_stale([news])
        assert store.sync([news]).rebuilt
        assert answers(store) == before
        assert is_sound(store, [news])
        assert store.damaged_files() == []
        if kind != "manifest.sqlite3":
            assert texts(store) == []


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(at=st.integers(0, 1 << 20), bit=st.integers(0, 7))
def test_any_bit_of_the_manifest_may_flip(
    tmp_path: Path, news: Path, folder: Path, at: int, bit: int
) -> None:
    [name] = (folder / "current").read_text().split()
    flip(folder / name / "manifest.sqlite3", at, bit)
    with Store.open(folder, CountingEmbedder()) as store:
        assert store.sync([news]).rebuilt
        assert found(store, "harvest") == {f"{fruit}.txt" for fruit in FRUITS}
        assert is_sound(store, [news])


def test_a_column_whose_name_is_damaged_has_all_read_again(news: Path, folder: Path) -> None:
    path = folder / "1" / "manifest.sqlite3"
    path.write_bytes(path.read_bytes().replace(b"written_ns", b"wsitten_ns"))
    with Store.open(folder, CountingEmbedder()) as store:
        assert store.sync([news]).rebuilt
        assert found(store, "harvest") == {f"{fruit}.txt" for fruit in FRUITS}
        assert is_sound(store, [news])


def test_a_wrong_text_alone_is_read_and_embedded_again(news: Path, folder: Path) -> None:
    path = folder / "1" / "manifest.sqlite3"
    data = path.read_bytes()
    path.write_bytes(data.replace(b"The banana harvest was good", b"The banana harvest was poor"))
    assert path.read_bytes() != data
    with Store.open(folder, CountingEmbedder()) as store:
        assert store.sync([news]).rebuilt
        assert len(texts(store)) == 1
        article = store.article("banana.txt")
        assert article
        assert "good" in article.text
        assert is_sound(store, [news])


def test_damage_that_shows_in_no_date_is_found_where_all_is_read(
    news: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sums, "SMALL", 0)
    flip(next((folder / "1" / "bm25").glob("*.idx")), 40, hidden=True)
    with Store.open(folder, CountingEmbedder()) as store:
        assert not store.is_stale([news])
        assert store.damaged_files()
        assert store.sync([news]).rebuilt is None
        assert store.sync([news], thorough=True).rebuilt
        assert store.damaged_files() == []


def test_a_graph_of_vectors_with_a_flipped_bit_is_made_again(tmp_path: Path) -> None:
    path = tmp_path / "feed.jsonl"
    feed(path, *((f"u{n}", f"Text {n}.") for n in range(1200)))
    with Store.open(tmp_path / "store", CountingEmbedder()) as store:
        store.sync([path])
    flip(next((tmp_path / "store" / "1" / "chroma").glob("*/link_lists.bin")), 100)
    with Store.open(tmp_path / "store", CountingEmbedder()) as store:
        assert store.is_stale([path])
        assert store.sync([path]).rebuilt
        assert texts(store) == []
        assert len(store.generation.vectors.query(embedded(store, "text"), 2000)) > 1100


def test_no_wrong_header_of_a_graph_reaches_chroma(tmp_path: Path) -> None:
    path = tmp_path / "feed.jsonl"
    feed(path, *((f"u{n}", f"Text {n}.") for n in range(1200)))
    with Store.open(tmp_path / "store", CountingEmbedder()) as store:
        store.sync([path])
        vector = embedded(store, "text")
    header = next((tmp_path / "store" / "1" / "chroma").glob("*/header.bin"))
    whole = header.read_bytes()
    for at in range(len(whole)):
        flip(header, at, at % 8, hidden=True)
        with Store.open(tmp_path / "store", CountingEmbedder()) as store:
            assert len(store.generation.nearest(vector, 5)) == 5
            with pytest.raises(VectorsError, match="dateline index"):
                _ = store.generation.vectors
            assert store.is_stale([path])
        header.write_bytes(whole)
    flip(header, 20)
    with Store.open(tmp_path / "store", CountingEmbedder()) as store:
        assert store.sync([path]).rebuilt
        assert is_sound(store, [path])


def test_a_graph_without_sums_is_tried_before_it_is_summed(tmp_path: Path) -> None:
    path = tmp_path / "feed.jsonl"
    feed(path, *((f"u{n}", f"Text {n}.") for n in range(1200)))
    with Store.open(tmp_path / "store", CountingEmbedder()) as store:
        store.sync([path])
    (tmp_path / "store" / "1" / SUMS).unlink()
    [links] = (tmp_path / "store" / "1" / "chroma").glob("*/link_lists.bin")
    links.write_bytes(bytes(links.stat().st_size))
    with Store.open(tmp_path / "store", CountingEmbedder()) as store:
        assert store.sync([path]).rebuilt
        assert is_sound(store, [path])


def test_an_older_store_without_sums_opens_and_gets_some(news: Path, folder: Path) -> None:
    (folder / "1" / SUMS).unlink()
    with Store.open(folder, CountingEmbedder()) as store:
        assert not store.is_stale([news])
        assert store.sync([news]).rebuilt is None
        assert texts(store) == []
    assert (folder / "1" / SUMS).exists()


def test_a_copy_of_a_store_with_other_dates_is_whole(news: Path, folder: Path) -> None:
    for path in (folder / "1").rglob("*"):
        os.utime(path, (1, 1))
    with Store.open(folder, CountingEmbedder()) as store:
        assert not store.is_stale([news])


@pytest.mark.parametrize("damage", [b"", b"[]", b'{"files": {"a": [1, 2, 3]}, "crc": 0}'])
def test_sums_that_are_damaged_themselves_say_nothing(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / SUMS).write_bytes(damage)
    assert Sums(tmp_path, lambda folder: folder.iterdir()).broken(thorough=True) == []


def test_only_what_changed_is_summed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def crc(path: Path) -> int:
        read.append(path.name)
        return 0

    monkeypatch.setattr("index.storage.sums._crc", crc)
    kept = Sums(tmp_path, lambda folder: sorted(folder.glob("*.bin")))
    names: Sequence[str] = ["a.bin", "b.bin"]
    for name in names:
        (tmp_path / name).write_bytes(b"one")
    kept.note()
    kept.drop()
    (tmp_path / "b.bin").write_bytes(b"another")
    kept.note()
    assert read == ["a.bin", "b.bin", "b.bin"]
