"""Articles indexed by a real Ray cluster into a real Chroma server, whatever is killed."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import chromadb
import pytest

from index.embedding.static import StaticEmbedder, Vectors
from index.engines.chroma_http import ChromaServer
from index.errors import StoreError
from index.store import Store
from index.sync import sync
from index.sync.ray_workers import AHEAD, RayWorkers
from index.sync.workers import FEW, ThisProcess
from tests.conftest import Dateline
from tests.standins import chroma_server, ray_cluster
from tests.standins.chroma_server import ChromaProcess
from tests.standins.ray_cluster import PAGE, PATIENCE, RayCluster

pytestmark = pytest.mark.usefixtures("socket_enabled")

MANY = range(FEW + 10)
ARTICLES = 300
WORDS = ("harbour", "bridge", "council", "ferry", "strike", "market", "school", "river", "budget")


@pytest.fixture(scope="module")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaProcess]:
    with chroma_server.running(tmp_path_factory.mktemp("chroma")) as server:
        yield server


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RayCluster]:
    with ray_cluster.running() as cluster:
        yield cluster


@pytest.fixture
def cluster(started: RayCluster, monkeypatch: pytest.MonkeyPatch) -> RayCluster:
    """The cluster, which this process and its children may use."""
    for key, value in started.variables.items():
        monkeypatch.setenv(key, value)
    return started


def write(file: Path, count: int) -> None:
    """Articles of a few paragraphs, made up and always the same."""
    chance = random.Random(7)

    def sentence() -> str:
        return " ".join(chance.choices(WORDS, k=chance.randint(6, 20))).capitalize() + "."

    def paragraph() -> str:
        return " ".join(sentence() for _ in range(chance.randint(2, 8)))

    with file.open("w") as feed:
        for number in range(count):
            text = "\n".join(paragraph() for _ in range(chance.randint(1, 12)))
            feed.write(json.dumps({"id": str(number), "title": f"Article {number}", "text": text}))
            feed.write("\n")


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("news") / "news.jsonl"
    write(file, ARTICLES)
    return file


def passages(store: Store) -> list[tuple[str, str, bytes]]:
    """Every one with its article's title and its vector, in an order of their own."""
    return sorted(
        (title, text, vector.tobytes())
        for page in store.generation.manifest.rows()
        for _, title, text, vector in page
    )


def on_server(chroma: ChromaProcess, store: str) -> list[int]:
    """The ids of the vectors that the server has of a store."""
    at = urlsplit(chroma.url)
    client = chromadb.HttpClient(host=str(at.hostname), port=at.port or 0)
    [collection] = (
        each for each in client.list_collections() if each.name.startswith(f"dateline-{store}-")
    )
    return sorted(map(int, collection.get(include=[])["ids"]))


# Work in a cluster


def in_company(number: int, folder: Path) -> int:
    """The process this is done in, once there is another one; the first to do 3 is killed."""
    with suppress(FileExistsError):
        if number == 3:
            (folder / "killed").touch(exist_ok=False)
            os.kill(os.getpid(), signal.SIGKILL)
    (folder / f"{os.getpid()}.worker").touch()
    deadline = time.monotonic() + PATIENCE
    while len([*folder.glob("*.worker")]) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return os.getpid()


def only_small(number: int) -> int:
    if number > FEW + 3:
        raise ValueError(f"{number} is too large")
    return number


def test_batches_are_done_on_two_nodes_whoever_is_killed(
    cluster: RayCluster, tmp_path: Path
) -> None:
    drawn: list[int] = []

    def batches() -> Iterator[int]:
        for number in range(20):
            drawn.append(number)
            yield number

    done: list[tuple[int, int]] = []
    for each in RayWorkers(cluster.address).map(partial(in_company, folder=tmp_path), batches()):
        assert len(drawn) <= len(done) + AHEAD * 2
        done.append(each)
    assert [batch for batch, _ in done] == drawn == [*range(20)]
    workers = {pid for _, pid in done}
    assert len(workers) >= 2
    assert os.getpid() not in workers
    assert (tmp_path / "killed").exists()


def test_what_fails_there_fails_here(cluster: RayCluster) -> None:
    work = RayWorkers(cluster.address).map(only_small, MANY)
    with pytest.raises(ValueError, match=f"^{FEW + 4} is too large$"):
        for _ in work:
            pass


def test_workers_without_dateline_are_told_of(
    cluster: RayCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "only_here.py").write_text("def work(number):\n    return number\n")
    monkeypatch.syspath_prepend(tmp_path)
    work = import_module("only_here").work

    with pytest.raises(StoreError, match="dateline is not installed on every machine"):
        [*RayWorkers(cluster.address).map(work, MANY)]


def test_few_batches_are_done_here() -> None:
    assert [*RayWorkers("127.0.0.1:1").map(abs, range(FEW))] == [(n, n) for n in range(FEW)]


# Articles indexed by it


class Mortal(StaticEmbedder):
    """Its process is killed when it embeds an article near the end for the first time."""

    def __init__(self, witness: Path) -> None:
        super().__init__()
        self._witness = witness

    def __reduce__(self) -> Any:
        return Mortal, (self._witness,)

    def embed(self, texts: Sequence[str]) -> Vectors:
        if any(text.startswith(f"Article {ARTICLES - 50}.") for text in texts):
            with suppress(FileExistsError):
                self._witness.touch(exist_ok=False)
                os.kill(os.getpid(), signal.SIGKILL)
        return super().embed(texts)


BROKEN_OFF = """
import os, signal, sys
from pathlib import Path
from index.sync import sync
from index.engines.chroma_http import ChromaServer
from index.embedding.static import StaticEmbedder
from index.sync.ray_workers import RayWorkers
from index.store import Store

sync.CHARACTERS, sync.BATCH = 20_000, 100
directory, news, chroma, ray = sys.argv[1:]

def progress(now):
    if now.articles >= 100:
        os.kill(os.getpid(), signal.SIGKILL)

with Store.open(Path(directory), StaticEmbedder(), ChromaServer(chroma), RayWorkers(ray)) as store:
    store.sync([Path(news)], progress)
"""


def test_an_article_is_indexed_once_whatever_is_killed(
    tmp_path: Path,
    news: Path,
    cluster: RayCluster,
    chroma: ChromaProcess,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """First the process that indexes, and when that is done again, one of the workers."""
    with Store.open(tmp_path / "here", StaticEmbedder(), workers=ThisProcess()) as store:
        store.sync([news])
        expected = store.fingerprint(), passages(store)
    place = tmp_path / "fanned-out"
    killed = subprocess.run(
        [sys.executable, "-c", BROKEN_OFF, place, news, chroma.url, cluster.address], check=False
    )
    assert killed.returncode == -signal.SIGKILL

    monkeypatch.setattr(sync, "CHARACTERS", 20_000)
    monkeypatch.setattr(sync, "BATCH", 100)
    embedder = Mortal(tmp_path / "killed")
    server, workers = ChromaServer(chroma.url), RayWorkers(cluster.address)
    with Store.open(place, embedder, server, workers) as store:
        settled = store.counts()[1]
        assert 0 < settled < len(expected[1])
        assert store.sync([news]).embedded == len(expected[1]) - settled
        assert (tmp_path / "killed").exists()
        assert (store.fingerprint(), passages(store)) == expected
        assert not store.is_stale([news])
        assert store.generation.bm25.doc_count == len(expected[1])
        assert on_server(chroma, place.name) == sorted(
            number for ids, _ in store.generation.manifest.vectors() for number in ids
        )


def test_the_commands_of_the_readme(
    environment: dict[str, str], tmp_path: Path, cluster: RayCluster, chroma: ChromaProcess
) -> None:
    """With the cluster away they say so in a line, and then go on where they were."""
    (tmp_path / "news").mkdir()
    write(tmp_path / "news" / "news.jsonl", 3 * ARTICLES)
    [command] = re.findall(r"^DATELINE_RAY=.*$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    command = command.replace("http://192.0.2.10:8000", chroma.url)

    def run(address: str) -> subprocess.CompletedProcess[str]:
        path = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
        return subprocess.run(
            ["bash", "-c", f"{command.replace('192.0.2.10:6379', address)} --json"],
            env=environment | cluster.variables | {"HOME": str(tmp_path), "PATH": path},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    away = run("127.0.0.1:9")
    assert (away.returncode, away.stdout) == (1, "")
    [_, line] = away.stderr.splitlines()
    assert "the Ray cluster at 127.0.0.1:9 cannot be used (Connection refused)" in line
    done = run(cluster.address)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["articles"] == 3 * ARTICLES
    assert report["embedded"] == report["passages"]


def test_ray_that_is_not_installed(inside: Dateline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_RAY", "127.0.0.1:6379")
    monkeypatch.setitem(sys.modules, "ray", None)
    done = inside("index")
    assert done.returncode == 2
    [line] = done.stderr.splitlines()
    assert "DATELINE_RAY needs Ray; " in line and line.endswith("pip install '.[ray]'")
