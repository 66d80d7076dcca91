"""A quote that does not stand in its article is never shown."""

from hypothesis import given
from hypothesis import strategies as st

from bot.answer import Citation
from bot.verification.verbatim import verified
from index.article import Article, Place

TEXT = "Ana came on Monday. Bo left on Tuesday. Cy stayed."
ARTICLES = {"a.txt": Article("a.txt", "Comings and goings", TEXT)}


def citation(quote: str, start: int, source: str = "a.txt", n: int = 1) -> Citation:
    return Citation(n, source, "Comings and goings", None, None, quote, start, start + len(quote))


def test_true_quotes_are_kept_and_numbered_anew() -> None:
    cited = [
        citation("Ana came on Sunday.", 0, n=1),
        citation("Bo left on Tuesday.", 20, n=2),
        citation("Cy stayed.", 40, n=3),
    ]
    kept = verified(cited, ARTICLES.get)
    assert [(c.n, c.quote) for c in kept] == [(1, "Bo left on Tuesday."), (2, "Cy stayed.")]


def test_a_quote_from_elsewhere_falls() -> None:
    assert not verified([citation("Cy stayed.", 41)], ARTICLES.get)
    assert not verified([citation("Cy stayed.", 40, "gone.txt")], ARTICLES.get)
    assert not verified([citation("", 0)], ARTICLES.get)


def test_a_quote_is_placed_where_it_begins() -> None:
    pages = (Place(0, 39, "page 1"), Place(40, 50, "page 2"))
    article = Article("a.txt", "Comings and goings", TEXT, places=pages)
    cited = [citation("Bo left on Tuesday. Cy stayed.", 20), citation("Cy stayed.", 40)]
    assert [c.place for c in verified(cited, {"a.txt": article}.get)] == ["page 1", "page 2"]
    assert article.place_at(39) is None


@given(st.text(max_size=20), st.integers(-60, 60))
def test_whatever_is_kept_stands_there(quote: str, start: int) -> None:
    for c in verified([citation(quote, start)], ARTICLES.get):
        assert TEXT[c.start : c.end] == c.quote
