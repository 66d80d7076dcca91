"""Which column of a table or key of a dump holds which field, whatever its language or program."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files
from itertools import chain, pairwise
from typing import Any
from unicodedata import combining, normalize

from index.text.scripts import other_letters, plain_letters

Row = dict[str, Any]

FIELDS = ("text", "title", "url", "id", "author", "published", "modified")
WORDS = ("small", "around")
DEEPEST = 3
"""Objects within each other in which a field is looked for."""


@cache
def plain_name(written: str) -> str:
    """A name in small letters without accents: "datePublished" and "Date published" are one."""
    pairs = pairwise(f" {written.strip()}")
    split = "".join(f"_{b}" if a.islower() and b.isupper() else b for a, b in pairs)
    letters = normalize("NFKD", plain_letters(split).casefold())
    bare = "".join(letter for letter in letters if not combining(letter))
    return re.sub(r"[\W_]+", "_", bare).strip("_")


@lru_cache(maxsize=1_000)
def named(names: tuple[str, ...]) -> dict[str, list[str]]:
    """Which of these names hold which field, those that count most first."""
    written: dict[str, list[str]] = defaultdict(list)
    for name in names:
        for key in {_key(name), _key(name).replace("_", "")}:
            written[key].append(name)
    for name in names:
        for shorter in () if field_above(name) else _shorter(_key(name)):
            written[shorter].append(name)
    found = {
        field: [name for key in _names()[field] if key in written for name in written[key]]
        for field in FIELDS
    }
    return {field: [*dict.fromkeys(names)] for field, names in found.items() if names}


@lru_cache(maxsize=1_000)
def field_above(name: str) -> str | None:
    """The field that a line above a text is, or "other" for one that a letter or wire has there."""
    key = _key(name)
    fields = (f for f in (*FIELDS, *(f"above {field}" for field in FIELDS), "above other"))
    return next((f.removeprefix("above ") for f in fields if key in _names().get(f, ())), None)


def flattened(row: Row, depth: int = DEEPEST) -> Row:
    """A row with what is in its objects under their names: "headline.main"."""
    if not any(isinstance(value, dict) for value in row.values()):
        return row
    flat: Row = {}
    for name, value in row.items():
        if not isinstance(value, dict):
            flat[name] = value
        elif len(value) == 1 and next(iter(value)).startswith("$"):  # as MongoDB writes types
            flat |= flattened({name: next(iter(value.values()))}, depth - 1)
        elif name == "_source":  # Elasticsearch's
            flat |= flattened(value, depth - 1)
        elif depth:
            inner = {f"{name}.{key}": inside for key, inside in value.items()}
            flat |= {k: v for k, v in flattened(inner, depth - 1).items() if k not in flat}
    return flat


def written_names(*fields: str) -> Iterator[str]:
    """The names of these fields as people write them."""
    found = _table()
    return chain.from_iterable(found[field] for field in fields)


def _key(name: str) -> str:
    """A name without what makes no difference in it, its words in order."""
    words = plain_name(name).split("_")
    return "_".join([word for word in words if word not in _words("small")] or words)


def _shorter(key: str) -> Iterator[str]:
    """A name without the words around its field: "headline" for "article_headline_main"."""
    words, around = key.split("_"), _words("around")
    while len(words) > 1 and (words[0] in around or words[-1] in around):
        words = words[1:] if words[0] in around else words[:-1]
        yield "_".join(words)


@cache
def _words(which: str) -> frozenset[str]:
    """The words that make no difference in a name, or those around the name of a field."""
    return frozenset(map(plain_name, _table()[which]))


@cache
def _names() -> dict[str, dict[str, None]]:
    """The names of each field as they are compared, in the order in which they count."""
    table = _table()
    return {field: dict.fromkeys(_spelt(table[field])) for field in table if field not in WORDS}


def _spelt(names: list[str]) -> Iterator[str]:
    for name in names:
        for spelt in (name, *other_letters(name)):
            yield (key := _key(spelt))
            yield key.replace("_", "")


@cache
def _table() -> dict[str, list[str]]:
    table = tomllib.loads(files("index.readers").joinpath("names.toml").read_text("utf-8"))
    above = table.pop("above")
    return table | {f"above {field}": names for field, names in above.items()}
