from collections.abc import Callable
from pathlib import Path

import pytest

from index.article import Article
from index.readers import Problem, read_file

Read = Callable[[str, str | bytes], list[Article | Problem]]
"""Write a file of this name, and read what it holds."""


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read(name: str, data: str | bytes) -> list[Article | Problem]:
        path = tmp_path / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return list(read_file(path, name))

    return read
