import re
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from bot.answer import Citation
from bot.verification.claims import Claim, Kind, claims
from bot.verification.numbering import numbered

ARTICLES = {name: f"{name} says one. {name} says two. {name} says three." for name in "abc"}
QUOTES = [
    Citation(7, name, name.upper(), date(2024, 5, 1), None, text[a:b], a, b)
    for name, text in ARTICLES.items()
    for a, b in ((0, 11), (12, 23), (24, 37))
]


def test_sentences_are_numbered_in_order_of_first_use() -> None:
    one, two, three = claims("First [3]. Second [1]. Third [3][2].", 3)
    text, citations = numbered(
        [(one, [QUOTES[4]]), (two, [QUOTES[0]]), (three, [QUOTES[8], QUOTES[4]])]
    )
    assert text == "First. [1] Second. [2] Third. [1][3]"
    assert [(c.n, c.source) for c in citations] == [(1, "b"), (2, "a"), (3, "c")]


def test_what_may_not_be_said_is_left_out_and_lists_stay_lists() -> None:
    draft = (
        "## Good\n\n1. One [1].\n2. Two [1]. More [1].\n\n## Bad\n- Three [1]\n\n"
        "| A | B |\n|---|---|\n| x | y [1] |"
    )
    parts = claims(draft, 3)
    dropped = {"Two.", "Three"}
    said = [(p, () if p.text in dropped or p.kind is Kind.HEADING else QUOTES[:1]) for p in parts]
    text, _ = numbered(said)
    assert text == ("## Good\n\n1. One. [1]\n2. More. [1]\n\n| A | B |\n|---|---|\n| x | y [1] |")


def test_nothing_said() -> None:
    assert numbered([(c, ()) for c in claims("# Head\nNo [1].", 1)]) == ("", ())


TEXTS = st.sampled_from(["It rained", "See `a[1]`", "He fell.", "Is it?", "| x |", "[12] dead"])
PARTS = st.builds(
    lambda kind, text, before: Claim(kind, text, (), before, 0, 1),
    st.sampled_from(Kind),
    TEXTS,
    st.sampled_from([" ", "\n", "\n\n- ", ""]),
)
SAID = st.lists(st.tuples(PARTS, st.lists(st.sampled_from(QUOTES), max_size=3)), max_size=8)


@given(SAID)
def test_the_contract(said: list[tuple[Claim, list[Citation]]]) -> None:
    said = [(c, [] if c.kind is Kind.HEADING else quotes) for c, quotes in said]
    text, citations = numbered(said)
    used = [int(n) for n in re.findall(r"\[(\d+)\]", text)]
    assert list(dict.fromkeys(used)) == [c.n for c in citations] == [*range(1, len(citations) + 1)]
    assert all(ARTICLES[c.source][c.start : c.end] == c.quote for c in citations)
    assert {(c.source, c.start) for c in citations} == {
        (q.source, q.start) for _, quotes in said for q in quotes
    }
