"""The vectors on a real Chroma server, which is killed, started again and emptied."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx2
import numpy as np
import pytest

from index.embedding.static import Vectors
from index.engines import chroma_http
from index.engines.chroma_http import ChromaServer, ServerVectors
from index.errors import StoreError, VectorsError
from index.storage import generation
from index.store import Store
from index.sync import sync
from tests.index.fruits import write
from tests.index.stores import (
    CountingEmbedder,
    did,
    embedded,
    found,
    is_sound,
    set_meta,
    texts,
)
from tests.standins.chroma_server import TOKEN, ChromaProcess, Gate, gate, running

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture(scope="module")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaProcess]:
    with running(tmp_path_factory.mktemp("chroma")) as server:
        yield server


@pytest.fixture
def up(chroma: ChromaProcess) -> Iterator[ChromaProcess]:
    """The server, which the test may kill."""
    yield chroma
    chroma.start()


@pytest.fixture
def server(chroma: ChromaProcess) -> ChromaServer:
    return ChromaServer(chroma.url)


@pytest.fixture
def store(tmp_path: Path, server: ChromaServer) -> Iterator[Store]:
    with Store.open(tmp_path / "store", CountingEmbedder(), server) as opened:
        yield opened


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chroma_http, "PATIENT", (0.01,))
    monkeypatch.setattr(chroma_http, "HASTY", (0.01,))


def collections(server: ChromaServer, of: str = "") -> list[str]:
    """The names of the collections on the server that belong to a store's folder."""
    url = f"{server.url}/api/v2/tenants/{server.tenant}/databases/{server.database}/collections"
    names = (row["name"] for row in httpx2.get(url, params={"limit": 1000}).json())
    return sorted(name for name in names if name.startswith(f"dateline-{of}"))


def empty(server: ChromaServer, name: str) -> None:
    url = f"{server.url}/api/v2/tenants/{server.tenant}/databases/{server.database}/collections"
    assert httpx2.delete(f"{url}/{name}").is_success


def test_vectors_are_found_by_cosine(server: ChromaServer, tmp_path: Path) -> None:
    vectors = np.random.default_rng(1).normal(size=(400, 16)).astype(np.float32)
    with closing(ServerVectors(server, "any", tmp_path)) as index:
        index.create("me")
        index.add(range(1, 401), vectors)
        index.add([1, 2], vectors[:2])  # as after a reply that was lost
        [(first, similarity), *others] = index.query(vectors[2], 8)
        assert (first, round(similarity, 4), len(others)) == (3, 1.0, 7)
        index.delete([3, 777])
        assert index.count() == 399
        assert 3 not in dict(index.query(vectors[2], 8))
        assert index.query(vectors[2], 0) == []
        assert index.holds(399, ["me"])
        assert not index.holds(400, ["me"])
        assert not index.holds(399, ["you"])
        index.drop(["you"])
        assert index.count() == 399
        index.drop(["me"])
        index.drop(["me"])
        with pytest.raises(VectorsError, match="lost"):
            index.count()


def test_a_store_lives_on_the_server(store: Store, news: Path, server: ChromaServer) -> None:
    assert did(store.sync([news])) == (3, 0, 0, 0)
    assert is_sound(store, [news])
    assert list((store.directory / "1" / "chroma").iterdir()) == []
    (news / "banana.txt").unlink()
    write(news, "damson.txt")
    assert did(store.sync([news])) == (1, 0, 1, 2)
    assert is_sound(store, [news])
    assert found(store, "harvest") == {"apple.txt", "cherry.txt", "damson.txt"}
    with Store.open(store.directory, CountingEmbedder(), server) as reader:
        assert found(reader, "damson") == {"damson.txt"}


def test_collections_of_old_generations_go(
    tmp_path: Path, news: Path, server: ChromaServer
) -> None:
    folder = tmp_path / "replaced"
    with Store.open(folder, CountingEmbedder(), server) as store:
        store.sync([news])
        set_meta(store, "splitter", "old")
        assert store.sync([news]).rebuilt
        assert len(collections(server, "replaced-")) == 2
    with Store.open(folder, CountingEmbedder(), server) as store:
        store.sync([news])
        [name] = collections(server, "replaced-")
        assert name.startswith("dateline-replaced-2-")
        assert is_sound(store, [news])


def test_two_sets_on_one_server_never_mix(tmp_path: Path, news: Path, server: ChromaServer) -> None:
    write(tmp_path / "other", "quince.txt")
    with (
        Store.open(tmp_path / "a" / "news", CountingEmbedder(), server) as one,
        Store.open(tmp_path / "b" / "news", CountingEmbedder(), server) as two,
    ):
        one.sync([news])
        two.sync([tmp_path / "other"])
        assert len(collections(server, "news-1-")) == 2
        assert is_sound(one, [news])
        assert is_sound(two, [tmp_path / "other"])
        assert found(two, "harvest") == {"quince.txt"}


def test_copies_of_a_store_do_not_write_to_the_same_vectors(
    store: Store, tmp_path: Path, news: Path, server: ChromaServer
) -> None:
    store.sync([news])
    shutil.copytree(store.directory, tmp_path / "copy")
    write(news, "damson.txt")
    assert store.sync([news]).rebuilt is None
    write(tmp_path / "elsewhere", "quince.txt")
    with Store.open(tmp_path / "copy", CountingEmbedder(), server) as copy:
        assert found(copy, "appl") == {"apple.txt"}  # to read the same ones is no harm
        assert copy.sync([tmp_path / "elsewhere"]).rebuilt
        assert texts(copy) == [
            "About quince. About quince\n\nThe quince harvest was good. Prices fell."
        ]
        assert found(copy, "harvest") == {"quince.txt"}
        assert is_sound(copy, [tmp_path / "elsewhere"])
    assert store.sync([news]).rebuilt is None
    assert is_sound(store, [news])


def test_vectors_move_to_the_server_and_back(
    tmp_path: Path, news: Path, server: ChromaServer
) -> None:
    folder = tmp_path / "moving"
    with Store.open(folder, CountingEmbedder()) as store:
        store.sync([news])
    for place in (server, None):
        with Store.open(folder, CountingEmbedder(), place) as store:
            assert store.is_stale([news])
            report = store.sync([news])
            assert report.rebuilt and texts(store) == []
            assert is_sound(store, [news])
            assert found(store, "appl") == {"apple.txt"}


def test_vectors_elsewhere_are_named(store: Store, news: Path) -> None:
    store.sync([news])
    with Store.open(store.directory, CountingEmbedder()) as reader:
        assert reader.counts() == (3, 3)
        with pytest.raises(VectorsError, match="CHROMA_URL"):
            _ = reader.generation.vectors


def test_lost_vectors_are_made_again_without_embedding(
    tmp_path: Path, news: Path, server: ChromaServer
) -> None:
    with Store.open(tmp_path / "lost", CountingEmbedder(), server) as store:
        store.sync([news])
        before = len(texts(store))
        [name] = collections(server, "lost-")
        empty(server, name)
        with pytest.raises(VectorsError, match="dateline index"):
            found(store, "appl")
        assert store.is_stale([news])
        assert store.sync([news]).rebuilt
        assert len(texts(store)) == before
        assert is_sound(store, [news])


@pytest.mark.usefixtures("impatient")
def test_a_server_away_is_told_and_comes_back(
    up: ChromaProcess, store: Store, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.sync([news])
    vector = embedded(store, "apple")
    up.kill()
    write(news, "damson.txt")
    assert store.is_stale([news])
    with pytest.raises(VectorsError, match=rf"{up.url} cannot be reached .*CHROMA_URL") as caught:
        store.sync([news])
    assert "\n" not in str(caught.value)
    with pytest.raises(VectorsError):
        store.generation.vectors.query(vector, 3)
    monkeypatch.setattr(generation, "EXACT", 0)
    compared = store.generation.nearest(vector, 3)

    up.start()
    asked = store.generation.vectors.query(vector, 3)
    assert [number for number, _ in asked] == [number for number, _ in compared]
    assert did(store.sync([news])) == (1, 0, 0, 3)
    assert is_sound(store, [news])


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("call", ["create", "add", "delete"])
def test_a_server_killed_while_it_is_written_to(
    up: ChromaProcess, tmp_path: Path, news: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    monkeypatch.setattr(sync, "BATCH", 1)
    monkeypatch.setattr(sync, "CHARACTERS", 1)
    folder, place = tmp_path / "store", ChromaServer(up.url)
    if call != "create":
        with Store.open(folder, CountingEmbedder(), place) as store:
            store.sync([news])
        write(news, "apple.txt", "About apples\n\nThe apple rotted.\n")
        write(news, "damson.txt")
    real = getattr(ServerVectors, call)

    def last(self: ServerVectors, *arguments: object) -> None:
        up.kill()
        real(self, *arguments)

    with Store.open(folder, CountingEmbedder(), place) as store:
        with monkeypatch.context() as patch:
            patch.setattr(ServerVectors, call, last)
            with pytest.raises(VectorsError, match="cannot be reached"):
                store.sync([news])
        if call == "add":
            kept = store.article("apple.txt")
            assert kept and "harvest" in kept.text
        up.start()
        store.sync([news])
        assert is_sound(store, [news])


def test_a_sync_broken_off_goes_on_with_the_same_vectors(
    store: Store, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "BATCH", 1)
    monkeypatch.setattr(sync, "CHARACTERS", 1)
    store.embedder = CountingEmbedder(fails_at=3)
    with pytest.raises(RuntimeError, match="broke"):
        store.sync([news])
    store.embedder = CountingEmbedder()
    assert store.sync([news]).rebuilt is None
    assert len(texts(store)) == 1
    assert is_sound(store, [news])


def test_a_server_started_again_in_time_is_waited_for(
    up: ChromaProcess, store: Store, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = threading.Event()

    def start_again() -> None:
        gone.wait()
        up.start()

    back = threading.Thread(target=start_again)
    back.start()
    real = ServerVectors.add

    def interrupted(self: ServerVectors, ids: list[int], vectors: Vectors) -> None:
        if not gone.is_set():
            up.kill()
            gone.set()
        real(self, ids, vectors)

    monkeypatch.setattr(chroma_http, "PATIENT", (0.5,) * 40)
    monkeypatch.setattr(ServerVectors, "add", interrupted)
    assert did(store.sync([news])) == (3, 0, 0, 0)
    back.join()
    assert is_sound(store, [news])


@pytest.fixture
def guarded(chroma: ChromaProcess) -> Iterator[Gate]:
    with gate(chroma.url) as porter:
        yield porter


def test_a_token_lets_in(guarded: Gate, tmp_path: Path, news: Path) -> None:
    for token, complaint in ((None, "wants a token"), ("ck-wrong", "refuses the token")):
        with (
            Store.open(
                tmp_path / "a", CountingEmbedder(), ChromaServer(guarded.url, token)
            ) as store,
            pytest.raises(StoreError, match=f"{complaint}: check CHROMA_TOKEN") as caught,
        ):
            store.sync([news])
        assert "ck-wrong" not in str(caught.value)
    place = ChromaServer(guarded.url, TOKEN)
    assert TOKEN not in repr(place)
    with Store.open(tmp_path / "a", CountingEmbedder(), place) as store:
        store.sync([news])
        assert is_sound(store, [news])
    noted = (tmp_path / "a").rglob("*")
    assert not any(TOKEN.encode() in path.read_bytes() for path in noted if path.is_file())


def test_an_overloaded_server_is_asked_again(
    guarded: Gate, tmp_path: Path, impatient: None
) -> None:
    with closing(ServerVectors(ChromaServer(guarded.url, TOKEN), "busy", tmp_path)) as index:
        guarded.replies += [(503, b"later")]
        index.create("me")
        guarded.replies += [(502, b"<html>"), (502, b"<html>")]
        with pytest.raises(VectorsError, match="it answers 502"):
            index.count()
        assert guarded.asked == 4
        assert index.count() == 0


def test_a_silent_server_is_not_waited_for_long(
    guarded: Gate, tmp_path: Path, impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chroma_http, "SECONDS", 0.2)
    guarded.silent.set()
    with (
        closing(ServerVectors(ChromaServer(guarded.url, TOKEN), "mute", tmp_path)) as index,
        pytest.raises(VectorsError, match="timed out"),
    ):
        index.count()


@pytest.mark.parametrize(
    ("reply", "complaint"),
    [
        ((200, b"<html>hello"), "does not answer as a Chroma server"),
        ((200, b"[]"), "does not answer as a Chroma server"),
        ((422, b'{"message": "no such\\nthing"}'), "refuses: no such thing"),
        ((400, b"nonsense"), "does not answer as a Chroma server"),
        ((500, b'{"error": "InternalError", "message": "hnsw"}'), "broken"),
    ],
)
def test_odd_replies_are_one_line(
    guarded: Gate, tmp_path: Path, reply: tuple[int, bytes], complaint: str
) -> None:
    guarded.replies.append(reply)
    with (
        closing(ServerVectors(ChromaServer(guarded.url, TOKEN), "odd", tmp_path)) as index,
        pytest.raises(VectorsError, match=complaint) as caught,
    ):
        index.count()
    assert "\n" not in str(caught.value)


def test_an_unknown_database_is_named(server: ChromaServer, tmp_path: Path) -> None:
    place = ChromaServer(server.url, tenant="nobody", database="nothing")
    with (
        closing(ServerVectors(place, "some", tmp_path)) as index,
        pytest.raises(VectorsError, match=r"refuses: Database .nothing. does not exist"),
    ):
        index.create("me")


def test_a_password_in_the_address_is_not_told() -> None:
    place = ChromaServer("https://me:hush@chroma.example.org/sub", "ck-hush")
    assert place.place == "https://chroma.example.org/sub default_tenant default_database"
    assert "hush" not in repr(place)


def test_a_backup_put_back_does_not_give_ids_twice(
    store: Store, tmp_path: Path, news: Path, server: ChromaServer
) -> None:
    store.sync([news])
    kept = tmp_path / "backup"
    shutil.copytree(store.directory, kept)
    write(news, "damson.txt")
    store.sync([news])
    with Store.open(kept, CountingEmbedder(), server) as restored:
        write(news, "elderberry.txt")
        assert restored.sync([news]).rebuilt
        assert is_sound(restored, [news])
        assert found(restored, "elderberri") == {"elderberry.txt"}
