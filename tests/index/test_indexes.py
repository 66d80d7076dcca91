"""The embedder, the terms and the two derived indexes, each by itself."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.embedding.named import embedder_named
from index.embedding.similarity import Words
from index.embedding.static import StaticEmbedder, Vectors, unit
from index.engines import chroma
from index.engines.bm25 import Bm25Index
from index.engines.chroma import VectorIndex
from index.errors import StoreError, UsageError, marked_damaged
from index.paths import collection_directory, remember_roots, remembered_roots
from index.text.analyzer import STOP, term_of_each, terms

MODEL = StaticEmbedder()


def test_terms_are_stems_without_common_words() -> None:
    assert terms("The Élite runners of U.S. runs!") == ["elit", "runner", "u", "s", "run"]
    assert terms("the of " + "x" * 41) == []


@given(st.lists(st.text() | st.from_regex(r"\w+") | st.sampled_from(sorted(STOP))))
def test_words_have_the_same_terms_together_and_alone(words: list[str]) -> None:
    words = [word.lower() for word in [*words, "x" * 41, "x" * 40]]
    assert term_of_each(words) == [next(iter(terms(word)), None) for word in words]


def test_bm25_finds_deletes_and_boosts(tmp_path: Path) -> None:
    rows = [(1, "apple pie", "sugar and flour"), (2, "pears", "apple tree"), (3, "x", "tree apple")]
    with closing(Bm25Index(tmp_path / "bm25")) as index:
        index.add(rows)
        index.commit()
        assert index.doc_count == 3
        assert index.doc_freqs(["appl", "nothing"]) == [2, 0]
        found = dict(index.search({"appl": 1.0, "sugar": 1.0}, 3))
        assert found[1] > found[2] == found[3]
        titled = dict(index.search({"pear": 1.0, "tree": 0.5}, 3))
        assert titled[2] > titled[3]
        assert {n for n, _ in index.search({"appl": 1.0}, 9)} == {1, 2, 3}
        assert {*index.holding(["appl", "tree"], 9)} == {2, 3}
        assert index.holding(["appl", "pear"], 9) == [2]
        assert index.holding(["appl", "nothing"], 9) == []
        assert len(index.holding(["appl"], 2)) == 2
        index.delete([2, 99])
        index.commit()
        assert index.doc_count == 2
        assert index.search({}, 5) == []


def test_a_reader_stands_beside_the_bm25_writer(tmp_path: Path) -> None:
    with closing(Bm25Index(tmp_path)) as writer, closing(Bm25Index(tmp_path)) as reader:
        writer.add([(1, "", "apple")])
        writer.commit()
        assert reader.search({"appl": 1.0}, 1)
        with pytest.raises(StoreError):
            reader.add([(2, "", "pear")])


def test_vectors_are_found_by_cosine(tmp_path: Path) -> None:
    vectors = np.random.default_rng(1).normal(size=(8, 8)).astype(np.float32)
    with closing(VectorIndex(tmp_path / "chroma")) as index:
        index.add(range(1, 9), vectors)
        [(first, similarity), *others] = index.query(vectors[2], 8)
        assert (first, round(similarity, 4), len(others)) == (3, 1.0, 7)
        index.delete([3, 77])
        assert index.count() == 7
        assert 3 not in dict(index.query(vectors[2], 8))


def test_a_broken_vector_index_is_marked(tmp_path: Path) -> None:
    with closing(VectorIndex(tmp_path / "chroma")) as index:
        index.add([1], np.ones((1, 8), dtype=np.float32))
        with pytest.raises(StoreError):
            index.query(np.ones(9, dtype=np.float32), 1)
    assert marked_damaged(tmp_path / "chroma")


def test_static_vectors_have_length_one() -> None:
    embedder = StaticEmbedder()
    vectors = embedder.embed(["Apples are ripe.", "Ripe apples", "A war in the east", ""])
    assert vectors.shape == (4, embedder.dimension)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), [1, 1, 1, 0], atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]
    assert embedder.embed([]).shape == (0, embedder.dimension)


def test_static_vectors_are_those_of_wordllama() -> None:
    import wordllama

    folder = Path(wordllama.__file__).parent
    model = wordllama.WordLlama.load(cache_dir=folder, disable_download=True)
    texts = ["Apples are ripe.", "A war in the east, long ago and far away"]
    assert np.allclose(model.embed(texts, norm=True), StaticEmbedder().embed(texts), atol=1e-5)


def test_the_model_file_is_the_known_one() -> None:
    data = StaticEmbedder.model_file().read_bytes()
    assert hashlib.sha256(data).hexdigest() == StaticEmbedder.sha256


def test_an_unknown_embedding_is_named() -> None:
    with pytest.raises(UsageError, match="static"):
        embedder_named("statik")


def test_words_stay_known_while_another_thread_learns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.embedding.similarity.CACHED", 5)
    crowded, quiet = Words(StaticEmbedder()), StaticEmbedder()
    texts = ["war and peace", "a bridge in rust", "one two three four five six seven"] * 60

    def learned(text: str) -> Vectors:
        return crowded.vectors(text.split())

    with ThreadPoolExecutor(4) as pool:
        for text, found in zip(texts, pool.map(learned, texts), strict=True):
            assert np.array_equal(found, quiet.pieces(text.split())[1])


def test_a_link_to_itself_has_a_folder_too(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    assert collection_directory(tmp_path, [loop]).name.startswith("loop-")


def test_each_set_of_articles_has_its_own_folder(tmp_path: Path) -> None:
    one, two = tmp_path / "My News!", tmp_path / "b"
    assert collection_directory(tmp_path, [one]).name.startswith("my-news-")
    assert collection_directory(tmp_path, [one]) != collection_directory(tmp_path, [two])
    both = collection_directory(tmp_path, [one, two])
    assert both == collection_directory(tmp_path, [two, one])


def test_roots_are_remembered(tmp_path: Path) -> None:
    store = tmp_path / "store"
    assert remembered_roots(store) == ()
    remember_roots(store, [tmp_path / "a", tmp_path / "b"])
    assert remembered_roots(store) == (tmp_path / "a", tmp_path / "b")
    (store / "current.json").write_text("{")
    assert remembered_roots(store) == ()


def test_a_graph_that_grows_large_is_written_down_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chroma, "MANY", 2_000)
    monkeypatch.setattr(chroma, "SAVES", 1)
    folder = tmp_path / "chroma"
    rows = unit(np.random.default_rng(1).normal(size=(3_000, 16)).astype(np.float32))

    def written() -> int:
        return max(path.stat().st_size for path in folder.glob("*/data_level0.bin"))

    index = VectorIndex(folder)
    with index.writing(growth=3_000):
        index.add(range(1, 1_501), rows[:1_500])
        index.add(range(1_501, 2_901), rows[1_500:2_900])
        before = written()
    assert written() > before + rows.nbytes / 2
    index.close()
    later = VectorIndex(folder)
    with later.writing():
        later.add([2_901], rows[:1])
    assert later.count() == 2_901
    assert {number for number, _ in later.query(rows[0], 2)} == {1, 2_901}
    later.close()
