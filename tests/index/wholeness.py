"""What must hold of a store at any moment, and what when a sync has come to its end.

Articles are given as texts by their source; every text has a word of its own, its last one.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from index.storage.records import SIMILAR, Candidate
from index.store import Store
from index.text.analyzer import terms
from tests.index.stores import embedded

Texts = Mapping[str, str]
NEARLY_ALL = 1_000
"""Characters that only texts that are nearly the same have in common at their beginning."""


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
    check_grouped(store)
    g = store.generation
    assert g.bm25.doc_count == g.vectors.count() == store.counts()[1]
    assert not g.manifest.interrupted()
    assert not store.is_stale([root])


def check_grouped(store: Store) -> None:
    """Articles with nearly the same words count as one witness, and no others do."""
    rows = [row for row in store.catalogue() if row.state in ("current", SIMILAR)]
    beginnings = {row.source: _beginning(store, row.source) for row in rows}
    for row in rows:
        first = min(s for s in beginnings if beginnings[s] == beginnings[row.source])
        alike = first != row.source
        assert (row.state, row.of) == ((SIMILAR, first) if alike else ("current", None)), row


def _beginning(store: Store, source: str) -> str:
    article = store.article(source)
    assert article
    return article.text[:NEARLY_ALL] if len(article.text) > NEARLY_ALL else article.text


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
        assert any(_is_last_of(candidate.text, text) for candidate in candidates)


def _is_last_of(passage: str, text: str) -> bool:
    """Whether it is the whole text, or the last passage of a long one."""
    return text.endswith(passage) if len(text) > NEARLY_ALL else text == passage


def check_verbatim(store: Store, candidate: Candidate) -> None:
    """A passage stands in its article, unless that has been replaced while it was looked for."""
    article = store.article(candidate.source)
    assert article is not None
    assert article.text[candidate.start : candidate.end] == candidate.text
