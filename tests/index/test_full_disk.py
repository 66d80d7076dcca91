"""A disk that takes no more in the midst of a sync: one line says so, and nothing is lost."""

import resource
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from index.errors import StoreError
from index.store import Store
from tests.index.stores import CountingEmbedder
from tests.index.wholeness import check_after, check_between

_FORKS = get_context("forkserver")


def text(number: int) -> str:
    padding = " ".join(f"Street{n} was swept." for n in range(number, number + 30))
    return f"Day {number}\n\n{padding} All spoke of word{number}x"


def _sync(store: Path, articles: Path, most: int, sender: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
    try:
        with Store.open(store, CountingEmbedder()) as opened:
            opened.sync([articles])
        sender.send("")
    except StoreError as problem:
        sender.send(str(problem))


@pytest.mark.parametrize("most", [40_000, 250_000])
def test_a_full_disk_loses_nothing(tmp_path: Path, most: int) -> None:
    """No file may grow beyond so many bytes."""
    news, folder = tmp_path / "news", tmp_path / "store"
    news.mkdir()
    old = {f"{n}.txt": text(n) for n in range(3)}
    new = {f"{n}.txt": text(n) for n in range(1, 200)}
    for name, words in old.items():
        (news / name).write_text(words)
    with Store.open(folder, CountingEmbedder()) as store:
        store.sync([news])
    (news / "0.txt").unlink()
    for name, words in new.items():
        (news / name).write_text(words)

    receiver, sender = _FORKS.Pipe(duplex=False)
    process = _FORKS.Process(target=_sync, args=(folder, news, most, sender))
    process.start()
    process.join(120)
    said = receiver.recv()
    assert process.exitcode == 0
    assert str(folder) in said
    assert "disk" in said or "--store" in said
    assert "\n" not in said

    with Store.open(folder, CountingEmbedder()) as store:
        check_between(store, [old, new])
        store.sync([news])
        check_after(store, news, new)
