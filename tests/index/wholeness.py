"""What must hold of a store at any moment, and what when a sync has come to its end.

Articles are given as texts by their source; every text has a word of its own, its last one.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from index.storage.records import Candidate
from index.store import Store
from index.text.analyzer import terms
from tests.index.test_store import embedded

Texts = Mapping[str, str]


def check_between(store: Store, states: Sequence[Texts]) -> None:
    """Every article is whole, as it was in one of these states; one that never changed is found."""
    for source in {source for state in states for source in state}:
        article = store.article(source)
        text = article.text if article else None
        assert text in {state.get(source) for state in states}, source
    unchanged = set.intersection(*({*state.items()} for state in states))
    for text in {text for _, text in unchanged}:
        check_found(store, text)


def check_after(store: Store, root: Path, texts: Texts) -> None:
    """It holds these articles and no others, in every part alike."""
    held = {row.source for row in store.catalogue()}
    assert held == {*texts}
    for source, text in texts.items():
        article = store.article(source)
        assert article is not None
        assert article.text == text
    for text in {*texts.values()}:
        check_found(store, text)
    g = store.generation
    assert g.bm25.doc_count == g.vectors.count() == store.counts()[1]
    assert not g.manifest.interrupted()
    assert not store.is_stale([root])


def check_found(store: Store, text: str) -> None:
    """The text is found by its own word and by its vector, verbatim in its article."""
    g = store.generation
    [own] = terms(text.rsplit(maxsplit=1)[-1])
    by_word = [number for number, _ in g.bm25.search({own: 1.0}, 300)]
    near = [number for number, _ in g.vectors.query(embedded(store, text), 300)]
    for ids in (by_word, near):
        candidates = g.manifest.candidates(ids)
        for candidate in candidates:
            check_verbatim(store, candidate)
        assert text in {candidate.text for candidate in candidates}


def check_verbatim(store: Store, candidate: Candidate) -> None:
    """A passage stands in its article, unless that has been replaced while it was looked for."""
    article = store.article(candidate.source)
    assert article is not None
    assert article.text[candidate.start : candidate.end] == candidate.text
