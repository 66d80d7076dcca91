"""Which names have other names, and where."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.search.aliases import named, written_out


def found(text: str) -> dict[str, list[str]]:
    return {text[n.start : n.end]: [*n.others] for n in named(text)}


@pytest.mark.parametrize(
    ("text", "written", "other"),
    [
        ("What did the UN say?", "UN", "United Nations"),
        ("What did the united nations say?", "united nations", "UN"),
        ("Why did the DPRK send ships?", "DPRK", "North Korea"),
        ("why did the dprk send ships", "dprk", "North Korea"),
        ("Who leads North Korea?", "North Korea", "DPRK"),
        ("Who is the U.S. envoy?", "U.S", "United States"),
        ("Did the Fed raise rates?", "Fed", "Federal Reserve"),
        ("Where is Kiev?", "Kiev", "Kyiv"),
        ("Who met zelenskiy?", "zelenskiy", "Zelensky"),
        ("Which colour won?", "colour", "color"),
        ("Who did the PM meet?", "PM", "prime minister"),
        ("WHO warned of it, but who pays?", "WHO", "World Health Organization"),
        ("How many of seventy-five ships sank?", "seventy-five", "75"),
    ],
)
def test_names_have_other_names(text: str, written: str, other: str) -> None:
    assert other in found(text)[written]


@pytest.mark.parametrize(
    "text",
    [
        "who told us about it",
        "is he fed up, and is there ice on the road?",
        "Does the ferry leave at 3pm or at five PM".replace("five", "1"),
        "WHO TOLD US THAT?",
        "How long is a turkey roasted?",
        "What happened in august company?",
        "What did kim jong un say?",
        "",
    ],
)
def test_common_words_are_no_names(text: str) -> None:
    assert not {*found(text)} - {"1"}


def test_a_capital_stands_for_its_government_less_surely() -> None:
    [name] = named("Does Beijing agree?")
    assert name.others == {"China": 0.5}


def test_words_typed_in_a_hurry_are_written_out() -> None:
    assert written_out("Wat") == "what"
    assert written_out("water") is None


@given(
    st.lists(
        st.sampled_from(
            [
                "the",
                "UN",
                "DPRK",
                "north",
                "North",
                "Korea",
                "United",
                "New",
                "Delhi",
                "3",
                "PM",
                "us",
            ]
        )
    )
)
def test_names_do_not_overlap(words: list[str]) -> None:
    ends = 0
    for name in named(" ".join(words)):
        assert ends <= name.start < name.end
        ends = name.end
