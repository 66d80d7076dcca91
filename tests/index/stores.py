"""A quick embedder, and what tests ask of a store and of a sync."""

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from zlib import crc32

import numpy as np

from index.embedding.static import Vectors
from index.store import Store
from index.sync.report import SyncReport


class CountingEmbedder:
    """Hashed bags of words; fails at the `fails_at`-th call, counted from 1."""

    dimension = 16

    def __init__(self, name: str = "bag-16", fails_at: int = 0) -> None:
        self.name = name
        self.fails_at = fails_at
        self.calls = 0
        self.texts: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.calls += 1
        if self.calls == self.fails_at:
            raise RuntimeError("the embedder broke")
        self.texts += texts
        vectors = np.full((len(texts), self.dimension), 0.01, dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                vectors[row, crc32(word.strip(".,").encode()) % self.dimension] += 1
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors


def found(store: Store, word: str) -> set[str]:
    """The sources of the passages with this word, which both indexes must know."""
    g = store.generation
    by_word = g.manifest.candidates([n for n, _ in g.bm25.search({word: 1.0}, 100)])
    near = g.vectors.query(embedded(store, word), 100)
    by_vector = g.manifest.candidates([n for n, _ in near])
    assert {c.id for c in by_word} <= {c.id for c in by_vector}
    return {c.source for c in by_word}


def embedded(store: Store, word: str) -> Vectors:
    vector: Vectors = CountingEmbedder(store.embedder.name).embed([word])[0]
    return vector


def is_sound(store: Store, roots: Sequence[Path]) -> bool:
    """The manifest and both indexes hold the same, and no sync is due."""
    _, passages = store.counts()
    g = store.generation
    return g.bm25.doc_count == g.vectors.count() == passages and not store.is_stale(roots)


def did(report: SyncReport) -> tuple[int, int, int, int]:
    return report.added, report.changed, report.removed, report.unchanged


def texts(store: Store) -> list[str]:
    assert isinstance(store.embedder, CountingEmbedder)
    return store.embedder.texts


def sources(store: Store) -> list[str]:
    return [row.source for row in store.catalogue()]


def set_meta(store: Store, key: str, value: object) -> None:
    db = sqlite3.connect(store.directory / "1" / "manifest.sqlite3")
    db.execute("UPDATE meta SET value = ? WHERE key = ?", (value, key))
    db.commit()
    db.close()


def feed(path: Path, *rows: tuple[str, str]) -> None:
    lines = (json.dumps({"url": url, "title": url, "text": text}) for url, text in rows)
    path.write_text("\n".join(lines))
