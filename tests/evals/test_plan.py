"""A plan's figures lie on the lines through what was measured."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.bench.plan import at, main


def size(passages: int, seconds: float) -> dict[str, Any]:
    each = [0.01 * seconds] * 10
    step = {"seconds": seconds, "cpu": seconds, "memory": passages * 1000, "each": each, "done": 10}
    measured = dict.fromkeys(("first", "changed", "answers"), step)
    return {"articles": passages // 8, "passages": passages, "store": 5000 * passages} | measured


def test_a_plan_between_and_past_the_sizes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written = tmp_path / "growth.json"
    written.write_text(json.dumps([size(80_000, 10.0), size(8_000, 1.0)]))
    main([str(written), "5000", "100000", "--questions", "3", "--tokens", "100", "--price", "0.1"])
    lines = [line.strip("| ").split(" | ") for line in capsys.readouterr().out.splitlines()]
    plan = {name: values for name, *values in lines}
    assert plan["articles"] == ["5,000", "100,000"]
    assert plan["passages"] == ["40,000", "800,000"]
    assert plan["first indexing, min"] == ["0.1", "1.7"]
    assert plan["disk, GB"] == ["0.2", "4.0"]
    assert plan["memory to index, GB"] == ["0.0", "0.8"]
    assert plan["an answer, p50 ms"] == ["50", "1,000"]
    assert plan["processors for 3 questions a second"] == ["3", "43"]
    assert plan["embedding by an API at $0.1 a million tokens, $"] == ["0.40", "8.00"]


@given(st.lists(st.integers(1, 10**7), min_size=2, max_size=5, unique=True), st.integers(0, 10**8))
def test_what_grows_in_a_straight_line_goes_on_so(places: list[int], wanted: int) -> None:
    line = [(float(place), 3.0 * place + 2.0) for place in sorted(places)]
    assert at(line, wanted) == pytest.approx(3.0 * wanted + 2.0)
