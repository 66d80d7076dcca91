import re
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from bot.verification.citations import Part, numbered
from bot.verification.claims import Claim, Kind, claims
from bot.verification.evidence import Evidence, EvidenceSentence
from index.article import Passage

TEXTS = [
    f"The {n} mayor says one. The {n} mayor says two. The {n} mayor says three." for n in "abc"
]
PASSAGES = [Passage(f"{t[4]}.txt", "T", date(2024, 5, 1), None, t, 7, 7 + len(t)) for t in TEXTS]
EVIDENCE = Evidence(PASSAGES)


def held(*numbers: str) -> tuple[EvidenceSentence, ...]:
    return EVIDENCE.named(numbers)


def test_sentences_are_numbered_in_order_of_first_use() -> None:
    one, two, three = claims("First [3]. Second [1]. Third [3][2].", 3)
    text, citations = numbered(
        [Part(one, held("2.2")), Part(two, held("1.1")), Part(three, held("3.3", "2.2"))], EVIDENCE
    )
    assert text == "First. [1] Second. [2] Third. [1][3]"
    assert [(c.n, c.source) for c in citations] == [(1, "b.txt"), (2, "a.txt"), (3, "c.txt")]


def test_neighbours_in_an_article_are_one_quote() -> None:
    one, two = claims("First [1]. Second [1].", 3)
    text, [citation] = numbered([Part(one, held("1.2")), Part(two, held("1.1"))], EVIDENCE)
    assert citation.quote == "The a mayor says one. The a mayor says two."
    assert (citation.start, citation.end) == (7, 7 + len(citation.quote))
    assert text == "First. Second. [1]"


def test_a_mark_is_given_again_in_another_paragraph() -> None:
    one, two = claims("First [1].\n\nSecond [1].", 3)
    text, _ = numbered([Part(one, held("1.2")), Part(two, held("1.2"))], EVIDENCE)
    assert text == "First. [1]\n\nSecond. [1]"


def test_what_may_not_be_said_is_left_out_and_lists_stay_lists() -> None:
    draft = (
        "## Good\n\n1. One [1].\n2. Two [1]. More [1].\n\n## Bad\n- Three [1]\n\n"
        "| A | B |\n|---|---|\n| x | y [1] |"
    )
    dropped = {"Two.", "Three"}
    parts = [
        Part(c, why="no passage says this")
        if c.text in dropped
        else Part(c, () if c.kind is Kind.HEADING else held("1.1"))
        for c in claims(draft, 3)
    ]
    text, _ = numbered(parts, EVIDENCE)
    assert text == "## Good\n\n1. One. [1]\n2. More. [1]\n\n| A | B |\n|---|---|\n| x | y [1] |"


def test_a_quote_takes_the_place_of_a_doubtful_sentence() -> None:
    one, two = claims("Doubtful [1]. Right [2].", 3)
    parts = [Part(one, held("1.1"), "it could not be checked", quoted=True), Part(two, held("2.1"))]
    assert numbered(parts, EVIDENCE)[0] == "The a mayor says one. [1] Right. [2]"


def test_nothing_said() -> None:
    parts = [Part(c, why="no passage says this") for c in claims("# Head\nNo [1].", 1)]
    assert numbered(parts, EVIDENCE) == ("", ())


SAID = st.sampled_from(["It rained", "See `a[1]`", "He fell.", "Is it?", "| x |", "[12] dead"])
CLAIMS = st.builds(
    lambda kind, text, before: Claim(kind, text, (), before, 0, 1),
    st.sampled_from([Kind.CLAIM, Kind.HEADING]),
    SAID,
    st.sampled_from([" ", "\n", "\n\n- ", ""]),
)
NUMBERS = st.lists(st.sampled_from([f"{n}.{k}" for n in (1, 2, 3) for k in (1, 2, 3)]), max_size=3)


@st.composite
def parts(draw: st.DrawFn) -> Part:
    claim = draw(CLAIMS)
    sentences = () if claim.kind is Kind.HEADING else held(*draw(NUMBERS))
    why = draw(st.sampled_from(["", "doubtful"])) if claim.kind is Kind.CLAIM else ""
    return Part(claim, sentences, why, quoted=bool(why) and draw(st.booleans()))


@given(st.lists(parts(), max_size=8))
def test_the_contract(said: list[Part]) -> None:
    text, citations = numbered(said, EVIDENCE)
    used = [int(n) for n in re.findall(r"\[(\d+)\]", text)]
    assert list(dict.fromkeys(used)) == [c.n for c in citations] == [*range(1, len(citations) + 1)]
    for c in citations:
        passage = next(p for p in PASSAGES if p.source == c.source)
        assert passage.text[c.start - passage.start : c.end - passage.start] == c.quote
