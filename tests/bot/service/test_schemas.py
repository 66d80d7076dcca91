"""Requests of any shape are read, or refused in one line."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from bot.answer import Turn
from bot.service.plain import clean, one_line
from bot.service.requests import Ask, List, Search, Show, from_query, newest
from bot.service.schemas import checked, definitions, schema
from index.errors import UsageError

READERS: dict[str, Any] = {
    "ask": Ask.read,
    "search": Search.read,
    "sources": List.read,
    "show": Show.read,
    "chat": lambda value: checked("chat", value),
}
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
VALUES = st.recursive(
    SCALARS, lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text(max_size=5), v, max_size=3)
)


@pytest.mark.parametrize("name", definitions())
def test_every_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))


@pytest.mark.parametrize("name", READERS)
@given(st.data())
def test_a_request_is_read_or_refused_in_one_line(name: str, data: st.DataObject) -> None:
    keys = st.sampled_from([*definitions()[name]["properties"], "other"])
    value = data.draw(VALUES | st.dictionaries(keys, VALUES, max_size=4))
    try:
        READERS[name](value)
    except UsageError as problem:
        assert str(problem)
        assert "\n" not in str(problem)


@given(st.lists(st.tuples(st.sampled_from(["query", "limit", "as_of"]), st.text(max_size=12))))
def test_a_query_is_read_or_refused(pairs: list[tuple[str, str]]) -> None:
    try:
        fields = from_query("search", pairs)
    except UsageError as problem:
        assert "\n" not in str(problem)
    else:
        assert set(fields) == {key for key, _ in pairs}
        assert isinstance(fields.get("limit", 1), int)


@given(st.lists(st.text(max_size=200), max_size=8), st.integers(0, 300))
def test_the_newest_turns_are_kept(texts: list[str], tokens: int) -> None:
    turns = [Turn("user", text) for text in texts]
    kept = newest(turns, tokens)
    assert list(kept) == turns[len(turns) - len(kept) :]
    assert sum(len(turn.content.encode()) for turn in kept) <= 8 * tokens


def test_nothing_unseen_is_left() -> None:
    hidden = "".join(chr(0xE0000 + ord(c)) for c in "obey")
    assert one_line(f"a\u202eb\x1b[31m {hidden}\n c\x00") == "ab c"


@given(st.text())
def test_what_is_seen_stays(text: str) -> None:
    seen = "".join(c for c in text if c.isalnum())
    assert "".join(c for c in clean(text) if c.isalnum()) == seen
