"""Reads dumps of articles as they are, without an index."""

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def read_articles(dumps: Iterable[Path]) -> dict[str, dict[str, Any]]:
    """Read the rows of gzipped dumps of articles, by id."""
    found: dict[str, dict[str, Any]] = {}
    for path in dumps:
        with gzip.open(path, "rt", encoding="utf-8") as rows:
            found |= {row["id"]: row for row in map(json.loads, rows)}
    return found
