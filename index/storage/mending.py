"""Mends a manifest whose file is not as it was written, from what is known of its articles.

Articles are compared with their sums, passages with their articles. What does not match is
dropped, to be read and embedded again; the rest stays as it is.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import numpy as np

from index.errors import StoreError
from index.storage.content import digest
from index.storage.manifest import Manifest
from index.storage.schema import TABLES
from index.storage.versions import CURRENT, NEW
from index.text.minhash import LENGTH, bands
from index.text.splitter import passages

PAGE = 500
TOLERANCE = 0.02
"""What the length of a vector of float16 may differ from 1."""

_TEXTS = ("title", "published", "url", "author", "places", "text")
_NAMES = ("source", "state", "name", "full_name")
# As bytes: a text may be no UTF-8 any more.
_ARTICLES = f"""
SELECT id, {", ".join(f"CAST({name} AS BLOB)" for name in (*_TEXTS, *_NAMES))},
    sha256, CAST(body AS BLOB), signature
FROM articles WHERE id > ? ORDER BY id LIMIT ?
"""  # noqa: S608 - our own names
_PASSAGES = """
SELECT start, end, CAST(text AS BLOB), vector FROM passages WHERE article_id = ? ORDER BY id
"""

_COLUMNS = """
SELECT t.name, c.name, c.type, c."notnull", c.pk
FROM sqlite_master t, pragma_table_info(t.name) c
WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'
"""


def mend(manifest: Manifest) -> None:
    """Drop what is not as it was written, and have all files read again.

    Raises StoreError when that cannot be done.
    """
    if not _has_its_tables(manifest):
        raise StoreError("a table or column has another name or type than it was made with")
    with manifest.transaction():
        manifest.write("DELETE FROM bands", [()])
        manifest.write("DELETE FROM garbage", [()])
        for number, *row in _rows(manifest):
            if not _is_article(row):
                manifest.write("DELETE FROM articles WHERE id = ?", [(number,)])
                continue
            signature = np.frombuffer(row[-1], dtype=np.uint32)
            manifest.write(
                "INSERT INTO bands VALUES (?, ?)", ((band, number) for band in bands(signature))
            )
            if not _is_split(manifest, number, row[len(_TEXTS) - 1].decode()):
                manifest.write("DELETE FROM passages WHERE article_id = ?", [(number,)])
        _settle_again(manifest)


def _has_its_tables(manifest: Manifest) -> bool:
    """Whether the tables have their columns; SQLite itself takes a damaged name for another."""
    with closing(sqlite3.connect(":memory:")) as made:
        made.executescript(TABLES)
        return {*manifest.select(_COLUMNS)} == {*made.execute(_COLUMNS)}


def _rows(manifest: Manifest) -> Iterator[Any]:
    last = 0
    while page := manifest.select(_ARTICLES, (last, PAGE)):
        yield from page
        last = page[-1][0]


def _is_article(row: list[Any]) -> bool:
    """Whether an article is what was read of it."""
    *written, sha256, body, signature = row
    title, published, url, author, places, text, *names = written
    whole = digest(title, published or b"", url or b"", author or b"", places or b"[]", text)
    try:
        for name in names:
            (name or b"").decode()
    except UnicodeDecodeError:
        return False
    return (
        whole.digest() == sha256
        and digest(title, text).hexdigest().encode() == body
        and len(signature) == LENGTH * np.dtype(np.uint32).itemsize
    )


def _is_split(manifest: Manifest, article_id: int, text: str) -> bool:
    """Whether an article has its own passages, each with a vector of length 1, or none."""
    rows = manifest.select(_PASSAGES, (article_id,))
    vectors = [np.frombuffer(blob, dtype=np.float16).astype(np.float32) for *_, blob in rows]
    return not rows or (
        [(start, end) for start, end, *_ in rows] == [*map(tuple, passages(text))]
        and all(text[start:end].encode() == written for start, end, written, _ in rows)
        and len({*map(len, vectors)}) == 1
        and all(map(_is_unit, vectors))
    )


def _is_unit(vector: Any) -> bool:
    length = float(np.linalg.norm(vector))
    return length == 0 or abs(length - 1) <= TOLERANCE


def _settle_again(manifest: Manifest) -> None:
    """Have every file read again, and every article that does not answer looked at."""
    manifest.write("DELETE FROM passages WHERE article_id NOT IN (SELECT id FROM articles)", [()])
    manifest.write(
        "UPDATE articles SET state = ?, stand_in = NULL WHERE state != ?"
        " OR NOT EXISTS (SELECT 1 FROM passages WHERE article_id = articles.id)",
        [(NEW, CURRENT)],
    )
    manifest.write("UPDATE files SET size = -1", [()])
    [(last,)] = manifest.select("SELECT coalesce(max(id), 0) FROM passages")
    manifest.set_meta("next_passage", str(last + 1))
