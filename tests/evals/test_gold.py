"""Gold files, as people write them."""

import gzip
import json
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.gold.format import BadRow, load_gold, read_gold
from index.errors import UsageError

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((files("evals.gold") / "gold.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(
    SCHEMA, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
)
SHARED = sorted((ROOT.parent / "shared" / "eval").glob("*/questions.jsonl"))
SETS = [ROOT / "evals" / "gold" / "seeds.jsonl", *SHARED]

FULL = {
    "id": "a",
    "question": "Who came?",
    "answers": ["Ana"],
    "sources": ["a.txt"],
    "kind": "partial",
    "asked_on": "2024-10-24",
    "history": [{"role": "user", "content": "Who left?"}],
    "choices": ["Ana", "Ben"],
    "collection": "village",
    "type": "name",
}


def write(path: Path, *rows: object) -> Path:
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_all_fields(tmp_path: Path) -> None:
    [gold] = load_gold(write(tmp_path / "gold.jsonl", FULL | {"seen_by": "nobody"}))
    assert gold.has_answer
    assert gold.asked_on == date(2024, 10, 24)
    assert gold.history[0].content == "Who left?"
    assert (gold.choices, gold.collection, gold.type) == (("Ana", "Ben"), "village", "name")


def test_answerable_stands_for_kind(tmp_path: Path) -> None:
    rows = [{"id": n, "question": "Who?", "answerable": bool(n)} for n in range(2)]
    assert [(g.id, g.kind) for g in load_gold(write(tmp_path / "gold.jsonl", *rows))] == [
        ("0", "unanswerable"),
        ("1", "answerable"),
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"id": None}, "it has no id"),
        ({"question": None}, "it has no question"),
        ({"id": True}, "id holds true"),
        ({"question": " "}, "question holds an empty string"),
        ({"question": "\u200b"}, "the question is empty"),
        ({"question": "why " * 1001}, "shorten"),
        ({"question": "Who\0?"}, "NUL"),
        ({"answers": ["\ud83d"]}, "half a character"),
        ({"answers": "Ana"}, "answers is .*write a list"),
        ({"answers": [7]}, "answers holds 7"),
        ({"sources": [None]}, "sources holds null"),
        ({"kind": "odd"}, "use one of answerable, partial"),
        ({"answerable": "yes"}, "write true or false"),
        ({"kind": "unanswerable", "answerable": True}, "leave out one"),
        ({"asked_on": "soon"}, "YYYY-MM-DD"),
        ({"asked_on": "20241024"}, "YYYY-MM-DD"),
        ({"asked_on": 20241024}, "YYYY-MM-DD"),
        ({"history": "Who left?"}, "history is .*write a list"),
        ({"history": [{"content": "Who left?"}]}, "role"),
        ({"history": [{"role": "user"}]}, "no content"),
        ({"type": ["name"]}, "type holds"),
    ],
)
def test_a_wrong_field_is_named(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    path = write(tmp_path / "gold.jsonl", FULL, FULL | change)
    with pytest.raises(UsageError, match=rf"gold\.jsonl, line 2: .*{said}"):
        load_gold(path)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b'["a"]', "not a JSON object"),
        (b'{"id": "a",', "not JSON"),
        (b'{"id": "a", "question": "Wie gro\xdf?"}', "not UTF-8"),
        (b"[" * 100_000, "not JSON"),
    ],
)
def test_a_line_that_is_no_question(tmp_path: Path, line: bytes, said: str) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_bytes(b"\n" + line + b"\n" + json.dumps(FULL).encode())
    rows = list(read_gold(path))
    assert [number for number, _ in rows] == [2, 3]
    bad = rows[0][1]
    assert isinstance(bad, BadRow)
    assert said in bad.reason


def test_a_byte_order_mark_and_a_packed_file(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl.gz"
    path.write_bytes(gzip.compress(b"\xef\xbb\xbf" + json.dumps(FULL).encode()))
    assert load_gold(path)[0].id == "a"


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no questions"):
        load_gold(write(tmp_path / "gold.jsonl"))
    with pytest.raises(UsageError, match=r"cannot read .*no such file"):
        load_gold(tmp_path / "missing.jsonl")
    (tmp_path / "torn.jsonl.gz").write_bytes(gzip.compress(b'{"id": "a"}' * 99)[:-9])
    with pytest.raises(UsageError, match="broken gzip"):
        load_gold(tmp_path / "torn.jsonl.gz")
    (tmp_path / "plain.jsonl.gz").write_bytes(b'{"id": "a"}')
    with pytest.raises(UsageError, match="not a gzipped file"):
        load_gold(tmp_path / "plain.jsonl.gz")


@pytest.mark.parametrize("path", SETS, ids=lambda path: path.parent.name)
def test_the_schema_describes_the_sets(path: Path) -> None:
    for line in path.read_text(encoding="utf-8").splitlines():
        VALIDATOR.validate(json.loads(line))
    assert load_gold(path)


TEXT = st.text("ab \n\0", max_size=3)
VALUE = TEXT | st.none() | st.booleans() | st.integers() | st.lists(TEXT, max_size=2)
TURNS = st.lists(
    st.dictionaries(
        st.sampled_from(["role", "content"]), TEXT | st.sampled_from(["user", "assistant"])
    ),
    max_size=2,
)
DAYS = st.sampled_from(["2024-02-29", "2023-02-29", "2024-2-9", "2024-W01-1", ""])


@given(
    field=st.sampled_from([*FULL, "answerable", "other"]),
    value=VALUE | TURNS | DAYS | st.sampled_from(["partial", "unanswerable"]),
)
def test_what_is_read_is_what_the_schema_allows(
    tmp_path_factory: pytest.TempPathFactory, field: str, value: object
) -> None:
    row = {key: kept for key, kept in FULL.items() if key != "kind"} | {field: value}
    path = write(tmp_path_factory.mktemp("gold") / "gold.jsonl", row)
    [(_, read)] = read_gold(path)
    assert isinstance(read, BadRow) != VALIDATOR.is_valid(row), read
