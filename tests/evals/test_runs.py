"""A run is read beside its gold, or refused with the line that is wrong."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.figures.score import score
from evals.gold.format import Gold
from evals.run.header import Header, asked, differences, read_header, write_header
from evals.run.runs import load_run
from index.errors import UsageError

GOLD = [
    Gold("one", "What?", ("x",), ("a",), "answerable"),
    Gold("twice", "First?", ("y",), ("a",), "answerable"),
    Gold("twice", "Second?", (), (), "unanswerable"),
]


def answer(name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "status": "answered", "answer": "x", "confidence": 0.5} | more


def header(gold: list[Gold], **more: Any) -> Header:
    made: dict[str, Any] = {
        "gold": {"file": "gold.jsonl", "sha256": "1", "asked": asked(gold)},
        "configuration": {"threshold": None, "store": "/here"},
        "model": "quotes",
        "prompts": {},
        "store": {"directory": "/here", "fingerprint": "2"},
        "versions": {"dateline": "0.1.0"},
        "commit": None,
        "dirty": None,
        "started": "2026-01-01T00:00:00+00:00",
    }
    return Header(**made | more)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    path = tmp_path / "run.jsonl"
    write(path, *map(answer, ("one", "twice", "twice")))
    return path


def write(path: Path, *rows: object) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def test_an_id_that_repeats_is_paired_in_order(run: Path) -> None:
    records = load_run(run, GOLD).records
    assert [r.gold.question for r in records] == ["What?", "First?", "Second?"]


def test_an_interrupted_run_says_what_it_lacks(run: Path) -> None:
    write(run, answer("one"))
    with run.open("a") as lines:
        lines.write('{"id": "twice", "sta')
    found = load_run(run, GOLD)
    assert (len(found.records), found.unanswered) == (1, 2)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([answer("other")], "line 1: the gold has no question 'other' left"),
        ([answer("one"), answer("one")], "line 2: the gold has no question 'one' left"),
        ([answer("one", confidence=float("nan"))], "line 1: confidence is nan"),
        ([answer("one", confidence=1.5)], "line 1: confidence is 1.5"),
        ([answer("one", confidence="high")], "line 1: confidence is 'high'"),
        ([answer("one", seconds=-1)], "line 1: seconds is -1"),
        ([answer("one", status="maybe")], "line 1: no answer: status is 'maybe'"),
        ([answer("one", answer=None)], "line 1: no answer"),
        ([answer("one", citations=[{"source": "a"}])], "citations must each have source and quote"),
        (
            [answer("one", citations=[{"source": "a", "quote": "q", "n": []}])],
            "citations must each have source and quote",
        ),
        ([answer("one", seconds=10**400)], "line 1: seconds is 1000"),
        ([answer("one", passages={})], "passages must each have source and text"),
        ([["one"]], "line 1: not an answer with an id"),
        ([{"id": "one", "question": "What?"}], "line 1: no answer: status is None"),
        ([], "holds no answers"),
    ],
)
def test_what_is_no_run_is_refused(run: Path, rows: list[object], said: str) -> None:
    write(run, *rows)
    with pytest.raises(UsageError, match=said):
        load_run(run, GOLD)


@given(
    st.one_of(
        st.binary(),
        st.dictionaries(
            st.sampled_from(["status", "answer", "confidence", "seconds", "citations", "passages"]),
            st.recursive(
                st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
                lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
            ),
        ).map(lambda row: json.dumps(answer("one") | row).encode() + b"\n"),
        st.just(b"[" * 100_000 + b"\n"),
    )
)
def test_any_file_is_a_run_or_refused(
    tmp_path_factory: pytest.TempPathFactory, lines: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.jsonl"
    path.write_bytes(lines)
    try:
        run = load_run(path, GOLD)
    except UsageError:
        return
    figures = score(run, {"a": "x"}.get).groups["all"].values()
    assert all(math.isfinite(number) for f in figures for number in (f.value, f.low, f.high))


def test_a_broken_line_in_the_middle_is_refused(run: Path) -> None:
    run.write_text('{"id": "one"\n' + json.dumps(answer("twice")) + "\n")
    with pytest.raises(UsageError, match="line 1: not JSON"):
        load_run(run, GOLD)


def test_a_run_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read"):
        load_run(tmp_path / "no.jsonl", GOLD)


def test_the_header_tells_whose_run_it_is(run: Path) -> None:
    write_header(run, header(GOLD))
    assert load_run(run, GOLD).header == read_header(run) == header(GOLD)
    corrected = [*GOLD[:2], Gold("twice", "Second?", ("z",), ("b",), "answerable")]
    assert load_run(run, corrected).header, "gold answers may be corrected after the run"
    with pytest.raises(UsageError, match="a run of other questions: it was made with"):
        load_run(run, GOLD[:2])


def test_a_damaged_header_is_no_header(run: Path) -> None:
    run.with_name("run.header.json").write_text('{"gold": 1}')
    with pytest.raises(UsageError, match="is not the header of a run"):
        read_header(run)


def test_only_what_can_change_an_answer_differs() -> None:
    one = header(GOLD)
    moved = header(
        GOLD,
        configuration={"threshold": None, "store": "/there"},
        store={"directory": "/there", "fingerprint": "2"},
        started="2026-02-02T00:00:00+00:00",
    )
    assert differences(one, moved) == {}
    other = header(GOLD, store={"directory": "/here", "fingerprint": "3"}, commit="abc")
    assert differences(one, other) == {"store.fingerprint": ("2", "3"), "commit": (None, "abc")}
