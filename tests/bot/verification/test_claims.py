import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.verification.claims import Claim, ClaimSplitter, Kind, claims

PASSAGES = 5

CITED = {
    "The dam broke [1].": (1,),
    "The dam broke. [1]": (1,),
    "The dam broke.[1]": (1,),
    "[1] The dam broke.": (1,),
    "The dam broke [1][2].": (1, 2),
    "The dam broke [1] [2].": (1, 2),
    "The dam broke [1, 2].": (1, 2),
    "The dam broke [1 and 3].": (1, 3),
    "The dam broke [1-3].": (1, 2, 3),
    "The dam broke [1–3].": (1, 2, 3),
    "The dam broke【1】.": (1,),
    "The dam broke【2†source】.": (2,),
    "The dam broke (1).": (1,),
    "The dam broke (1, 2).": (1, 2),
    "The dam broke [^1].": (1,),
    "The dam broke [Source 1].": (1,),
    "The dam broke [Passage 2: dam.txt].": (2,),
    "The dam broke (source 3).": (3,),
    "The dam broke (see passages 1 and 3).": (1, 3),
    "The dam broke¹.": (1,),
    "The dam broke.¹²": (1, 2),
    "The dam broke<sup>2</sup>.": (2,),
    "The dam broke [1](https://example.org/dam).": (1,),
    "The dam broke.\n[1]": (1,),
    "The dam broke.\n\n[1][2]\n": (1, 2),
    "The dam broke [7].": (7,),
}
NOT_CITED = (
    "The dam broke in spring (2022).",
    "The dam broke [2024].",
    "See [the map](https://example.org/a_(1)).",
    "It is at https://example.org/x[1] now.",
    "Call `dam[1]` twice.",
    "Toth (64), who left, fell ill.",
    "The lake covers 5 km² here.",
    "Choose (1) the dam or (2) the lake.",
)
ONE_SENTENCE = (
    "Dr. Ana Ruiz of the U.S. Army left at 5 p.m. on Friday [1].",
    "It rose by 3.5 percent to 2.1 million [1].",
    "“We want water. Now,” he said [1].",
    'She said "It is over. Go home." to them [1].',
    "J. R. Holm and St. Mary's Inc. agreed on No. 10 [1].",
    "“Why?” Smith asked [1].",
    "The mayor of\nLowen spoke\nto the council [1].",
)
ABSENT = {
    "The passages do not mention how many people died.": "how many people died",
    "I could not find information about the cost in the provided articles.": "the cost",
    "The cost is not mentioned in the passages.": "The cost",
    "There is no information about the driver's age.": "the driver's age",
    "None of the articles says why the bridge closed.": "why the bridge closed",
    "The provided context doesn't specify a date.": "a date",
    "I cannot answer the question.": "the question",
    "No information about this is available in the sources.": "this is available",
}
PRESENT = (
    "The mayor could not find the money [1].",
    "The report does not mention the mayor [1].",
    "There is no bridge in Lowen [1].",
    "The minister did not say why he resigned [1].",
)


@pytest.mark.parametrize("draft", CITED)
def test_marks_are_read_and_taken_out(draft: str) -> None:
    [claim] = claims(draft, PASSAGES)
    assert claim.cited == CITED[draft]
    assert claim.text == "The dam broke."


@pytest.mark.parametrize("draft", NOT_CITED)
def test_what_only_looks_like_a_mark_stays(draft: str) -> None:
    assert [(c.text, c.cited) for c in claims(draft, PASSAGES)] == [(draft, ())]


@pytest.mark.parametrize("draft", ONE_SENTENCE)
def test_a_full_stop_may_stand_inside_a_sentence(draft: str) -> None:
    assert [c.cited for c in claims(f"{draft} The end [2].", PASSAGES)] == [(1,), (2,)]


def test_each_sentence_has_its_own_marks() -> None:
    found = claims("One fell [1]. Two rose. [2][3] Three stayed (1)! [4] “Four.” Five [5]", 5)
    assert [c.cited for c in found] == [(1,), (2, 3), (1, 4), (), (5,)]


def test_marks_before_their_sentences() -> None:
    found = claims("[1] One fell. [2] Two rose.", PASSAGES)
    assert [(c.text, c.cited) for c in found] == [("One fell.", (1,)), ("Two rose.", (2,))]


def test_layout() -> None:
    draft = (
        "## The storm\n\nWhat it did:\n\n1. It cut power [1].\n2. It felled trees [2]. One hit a "
        "car [2].\n   - **Dead:** one [3]\n\n| Town | Homes |\n| --- | --- |\n| Holt | 12 [1] |\n"
        "\n```\nrun [4]\n```\n---\nThat was all [5].\n\n**Sources:**\n[1] The storm\n[2] Trees"
    )
    assert [(c.kind, c.before, c.text, c.cited) for c in claims(draft, PASSAGES)] == [
        (Kind.HEADING, "", "## The storm", ()),
        (Kind.HEADING, "\n\n", "What it did:", ()),
        (Kind.CLAIM, "\n\n1. ", "It cut power.", (1,)),
        (Kind.CLAIM, "\n2. ", "It felled trees.", (2,)),
        (Kind.CLAIM, " ", "One hit a car.", (2,)),
        (Kind.CLAIM, "\n   - ", "**Dead:** one", (3,)),
        (Kind.HEADING, "\n\n", "| Town | Homes |\n| --- | --- |", ()),
        (Kind.CLAIM, "\n", "| Holt | 12 |", (1,)),
        (Kind.CLAIM, "\n", "That was all.", (5,)),
    ]
    assert claims(draft, PASSAGES)[2].lead == "What it did:"
    assert not claims(draft, PASSAGES)[-1].lead


@pytest.mark.parametrize("draft", ABSENT)
def test_what_is_said_to_be_absent(draft: str) -> None:
    [claim] = claims(draft, PASSAGES)
    assert (claim.kind, claim.missing) == (Kind.ABSENCE, ABSENT[draft])


@pytest.mark.parametrize("draft", PRESENT)
def test_news_about_something_absent_is_a_claim(draft: str) -> None:
    assert [c.kind for c in claims(draft, PASSAGES)] == [Kind.CLAIM]


def test_a_sentence_that_turns_to_what_is_absent_is_two() -> None:
    one, other = claims("The mayor resigned, but the articles do not say why [2].", PASSAGES)
    assert (one.kind, one.cited, one.text) == (Kind.CLAIM, (2,), "The mayor resigned,")
    assert (other.kind, other.missing) == (Kind.ABSENCE, "why")


def test_a_claim_comes_as_soon_as_it_is_complete() -> None:
    splitter = ClaimSplitter(PASSAGES)
    assert splitter.feed("The river rose above its banks on Sunday night. ") == []
    assert splitter.feed("[1") == []
    assert splitter.feed("] ") == []
    [claim] = splitter.feed("T")
    assert claim.cited == (1,)
    assert splitter.feed("hen it fell") == []
    assert [c.text for c in splitter.finish()] == ["Then it fell"]


SEEN_IN_DRAFTS = """A b|The mayor| of| said|.|. |! |?| |[1]|[2, 3]| (1)|(29)|【1†s】|¹²|[|(|“|”|"|`
|```|- |1. |# |U.S.|Dr.|3.5|Sources:|[^1]:|**|: |;|, but |the passages do not say why|x|Y|…
|https://a.b/c|[x](y)|<sup>1</sup>"""
PIECES = st.sampled_from([*SEEN_IN_DRAFTS.split("|"), "\n", "\n\n", "\n| a |\n", "\n|---|\n"])
DRAFTS = st.one_of(st.lists(PIECES, max_size=30).map("".join), st.text(max_size=60))


@settings(max_examples=400, deadline=None)
@given(DRAFTS, st.lists(st.integers(1, 9), min_size=1, max_size=8))
@example("The mayor said so in a long line without end\n[1]Then she left. `\n", [1])
def test_no_matter_how_a_draft_is_cut(draft: str, sizes: list[int]) -> None:
    splitter = ClaimSplitter(PASSAGES)
    found: list[Claim] = []
    at = turn = 0
    while at < len(draft):
        size = sizes[turn % len(sizes)]
        found += splitter.feed(draft[at : at + size])
        at, turn = at + size, turn + 1
    assert [*found, *splitter.finish()] == claims(draft, PASSAGES)


@settings(max_examples=200, deadline=None)
@given(DRAFTS)
def test_claims_are_parts_of_the_draft_in_order(draft: str) -> None:
    at = 0
    for claim in claims(draft, PASSAGES):
        assert at <= claim.start < claim.end <= len(draft)
        assert draft[at : claim.start].endswith(claim.before)
        assert claim.text
        letters = iter(draft[claim.start : claim.end])
        assert all(c in letters for c in claim.text if not c.isspace())
        at = claim.end
