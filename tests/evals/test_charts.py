"""Charts: well-formed, described, in the page's colours, and able to stand beside one another."""

import re
import xml.etree.ElementTree as ET

from evals.report.charts import Line, lines, stacked

RISING = Line("A", [(1, 0.2), (2, 0.4)], [(0.1, 0.3), (0.3, 0.5)])
HOSTILE = Line('B </svg><script>x</script> $y$ & "', [(1, 0.9), (2, 1.0)])


def texts(svg: str) -> list[str]:
    return [
        "".join(t.itertext()) for t in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    ]


def test_a_chart_is_well_formed_and_described() -> None:
    svg = lines([RISING, HOSTILE], "k", "recall", said='Recall, "rising" & <high>')
    root = ET.fromstring(svg)
    assert root.get("role") == "img"
    assert root.get("aria-label") == 'Recall, "rising" & <high>'
    assert {"A", HOSTILE.name, "k", "recall"} <= set(texts(svg))
    assert "<script" not in svg


def test_every_colour_is_the_pages() -> None:
    svg = lines([RISING, HOSTILE], "k", "recall", said="s") + stacked(
        {"A": [0.4, 0.6]}, "x", said="s"
    )
    assert not re.findall(r"#[0-9a-fA-F]{6}|rgb\(", svg)
    used = set(re.findall(r"var\(--([\w-]+)\)", svg))
    assert used == {"ink", "rule", "series-1", "series-2", "part-1", "part-2"}


def test_nothing_a_chart_names_is_named_by_another() -> None:
    first, second = (lines([RISING], "k", "recall", said=said) for said in ("one", "two"))
    ids = [set(re.findall(r'id="([^"]+)"', svg)) for svg in (first, second)]
    assert all(ids)
    assert not ids[0] & ids[1]
    assert "<style" not in first
    assert set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', first))


def test_a_logarithmic_axis_is_written_in_plain_numbers() -> None:
    line = Line("A", [(0.01, 0.5), (10.0, 1.0)])
    svg = lines([line], "seconds", "share", said="s", shares="y", log=True)
    assert {"0.01", "0.1", "1", "10"} <= set(texts(svg))


def test_the_same_chart_is_drawn_the_same_way() -> None:
    assert lines([RISING], "k", "r", said="s") == lines([RISING], "k", "r", said="s")
