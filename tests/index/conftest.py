from collections.abc import Iterator
from pathlib import Path

import pytest

from index.store import Store
from index.sync import sync
from tests.index.fruits import FRUITS, write
from tests.index.stores import CountingEmbedder


@pytest.fixture
def news(tmp_path: Path) -> Path:
    """Three articles."""
    for fruit in FRUITS:
        write(tmp_path / "news", f"{fruit}.txt")
    return tmp_path / "news"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "store", CountingEmbedder()) as opened:
        yield opened


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync, "BATCH", 1)
    monkeypatch.setattr(sync, "CHARACTERS", 1)
