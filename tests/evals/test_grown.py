"""A feed grows out of a real one: of its kind, the same each time, and never the same article."""

import re
from itertools import combinations, islice
from typing import Any

from evals.bench.grown import grown
from index.text.minhash import resemblance, signature

PLACES = ("Harbour", "Kirkwall", "Stromness", "Lerwick", "Wick")
ROWS: list[dict[str, Any]] = [
    {
        "id": str(n),
        "title": f"News from {place} in 2024",
        "url": None,
        "published": f"2024-10-{n + 1:02}",
        "text": "\n\n".join(
            f"In {place} the {what} was closed on day {n * 37 + 11} of its works. "
            f"Officials of {place} said that the {what} costs {n + 3},500 crowns a week. "
            f"Nobody in the town of {place} knows when the {what} opens."
            for what in ("bridge", "market", "school", "ferry")
        ),
    }
    for n, place in enumerate(PLACES)
]


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def test_the_feed_comes_first_and_the_rest_is_the_same_for_the_same_seed() -> None:
    one, again, other = ([*islice(grown(ROWS, seed), 40)] for seed in (1, 1, 2))
    assert one[:5] == ROWS
    assert one == again
    assert one[5:] != other[5:]


def test_grown_articles_are_built_as_real_ones_and_say_other_things() -> None:
    articles = [*islice(grown(ROWS), 45)][5:]
    assert len({row["url"] for row in articles}) == 40
    for row in articles:
        paragraphs = row["text"].split("\n\n")
        assert [len(re.findall(r"[.]", text)) for text in paragraphs] == [3] * 4
        assert row["title"].startswith("News from ") and row["title"].endswith(" in 2024")
    signed = [signature(row["text"]) for row in articles]
    assert max(resemblance(a, b) for a, b in combinations(signed, 2)) < 0.8


def test_new_names_keep_coming_and_are_used_again() -> None:
    known = {word for row in ROWS for word in _words(f"{row['title']} {row['text']}")}
    feed = islice(grown(ROWS), 5, 205)
    new = [{w for w in _words(row["text"]) if w[0].isupper()} - known for row in feed]
    first, last = set().union(*new[:100]), set().union(*new[100:])
    assert first and last - first
    assert first & last
