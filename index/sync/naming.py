"""What articles are called that others may be called, too.

An id that is no address counts within its file: where two files have the same one, both articles
are called by file and id ("sports.csv#1"), and by the id alone otherwise. Entries of feeds that
share a link are called by link and id ("https://example.org/live#post-2"). So names hang on
which articles there are, never on the order in which they came.
"""

from typing import NamedTuple

from index.article import Article
from index.paths import is_address
from index.storage.manifest import Manifest

_TOUCHED = "SELECT name FROM articles WHERE name IS NOT NULL AND (state = 'new' OR leaving = 1)"
_SHARED = f"""
SELECT name FROM articles WHERE leaving = 0 AND name IN ({_TOUCHED})
    GROUP BY name HAVING count(DISTINCT full_name) > 1
UNION
SELECT a.name FROM articles b JOIN articles a ON a.name = b.source
    WHERE b.name IS NULL AND a.name NOT LIKE 'http%' AND b.leaving = 0
    AND (b.state = 'new' OR a.name IN ({_TOUCHED}))
"""  # noqa: S608 - our own names
_SHARE = f"""
UPDATE articles SET source = full_name WHERE name IN ({_SHARED}) AND source != full_name
"""  # noqa: S608
_PART = f"""
UPDATE articles SET source = name
    WHERE name IN ({_TOUCHED}) AND name NOT IN ({_SHARED}) AND source != name
"""  # noqa: S608


class Names(NamedTuple):
    """What an article is called where no other one is called so, and where one is."""

    name: str
    full_name: str


def names_of(article: Article, file: str, origin: str) -> Names | None:
    """The names of an article in a file; None where its source is nobody else's anyway."""
    source = article.source
    if article.entry:
        return Names(source, f"{source}#{article.entry}")
    if source in (file, article.url) or source.startswith(("http://", "https://", f"{file}#")):
        return None
    return Names(source, f"{origin if is_address(origin) else file}#{source}")


def settle_names(manifest: Manifest) -> None:
    """Give the new articles, and those that share a name with them, the sources they need."""
    with manifest.transaction():
        manifest.write(_SHARE, [()])
        manifest.write(_PART, [()])
