"""The texts of the articles that a run quotes, to hold its quotes against.

Articles that were named are read again. Else the run's header tells where they are: its store
while that still holds what the run was made with, or the files it was made from.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from evals.figures.metrics import Texts
from evals.run.header import Header
from index.article import Article
from index.embedding.static import StaticEmbedder
from index.errors import ArticlesError, StoreError
from index.readers import find_files, read_file
from index.store import Store


@contextmanager
def article_texts(named: Sequence[Path], header: Header | None) -> Iterator[Texts | None]:
    """From a source to its article's text; None when the articles are not at hand.

    Raises ArticlesError when `named` articles cannot be read.
    """
    if named:
        yield _read(named)
        return
    if header is None:
        yield None
        return
    with Store.open(Path(header.store["directory"]), StaticEmbedder()) as store:
        yield _stored(store, header) or _read_again(header)


def _stored(store: Store, header: Header) -> Texts | None:
    try:
        if store.fingerprint() != header.store["fingerprint"]:
            return None
    except StoreError:
        return None

    def text(source: str) -> str | None:
        article = store.article(source)
        return article.text if article else None

    return text


def _read_again(header: Header) -> Texts | None:
    try:
        return _read([Path(root) for root in header.configuration["articles"]])
    except ArticlesError:
        return None


def _read(roots: Sequence[Path]) -> Texts:
    return {
        found.source: found.text
        for root in roots
        for path, source in find_files(root)
        for found in read_file(path, source)
        if isinstance(found, Article)
    }.get
