"""Some random histories; `python -m tests.index.histories 500` lives through more."""

import pytest

from index.engines import chroma
from tests.index.crashing import probe_in_fork
from tests.index.histories import live


def test_no_history_loses_or_mixes_articles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chroma, "_tried", probe_in_fork)
    live(histories=6, steps=10)
