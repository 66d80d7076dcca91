from pathlib import Path

import pytest

from tests.index.fruits import FRUITS, write


@pytest.fixture
def news(tmp_path: Path) -> Path:
    """Three articles."""
    for fruit in FRUITS:
        write(tmp_path / "news", f"{fruit}.txt")
    return tmp_path / "news"
