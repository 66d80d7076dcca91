"""What answers look like; what comes from articles and models stays plain words."""

import re
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from bot.answer import Answer, Citation, Option, Status
from bot.discord.formatting import (
    answer_text,
    draft_text,
    label,
    passages_text,
    quotes_text,
    shared_text,
    sources_text,
)
from bot.discord.i18n import translations_for
from bot.discord.pagination import LIMIT, length
from bot.discord.records import Record
from index.article import Passage
from index.manifest import CatalogueRow

WORDS = translations_for("en")
DAY = date(2024, 10, 24)
NASTY = "@everyone **bold** <@1> [link](https://evil.example) # no"
QUOTE = Citation(1, "a_b.txt", "The bridge", DAY, "https://example.org/a_b", "It fell.", 0, 8)
OTHER = Citation(2, "https://example.org/c", "", None, "https://example.org/c", NASTY, 0, 9)
ANSWER = Answer(Status.PARTIAL, "It fell. [1] Why? [2]", 0.5, "q", (QUOTE, OTHER), notes=("Note.",))
MARKUP = re.compile(r"(?<!\\)(?:\*\*(?!The bridge|What)|<@|\]\(|@everyone)")


def test_a_reply_is_its_text_alone() -> None:
    reply = Answer(Status.REPLY, "I have one article:\n- The bridge · a_b.txt", 1.0, "q")
    assert answer_text(reply, WORDS) == "I have one article:\n\\- The bridge · a\\_b.txt"


def test_an_answer_names_title_day_file_and_address_of_what_it_cites() -> None:
    assert answer_text(ANSWER, WORDS).splitlines() == [
        r"It fell. \[1\] Why? \[2\]",
        "",
        r"\[1\] **The bridge** · 2024-10-24 · a\_b.txt · <https://example.org/a_b>",
        r"\[2\] <https://example.org/c>",
        "",
        "-# Note.",
        "-# confidence 0.50",
    ]


def test_a_question_back_is_in_the_readers_language() -> None:
    asked = Answer(Status.CLARIFY, "…", 0.5, "q", options=(Option("A *title*", "a.txt"),))
    which = translations_for("de")("which")
    assert answer_text(asked, translations_for("de")) == which + "\n1\\. A \\*title\\* · a.txt"


def test_where_there_is_no_answer_the_nearest_articles_are_named() -> None:
    passages = [Passage("a.txt", title, DAY, None, "It fell.", 0, 8) for title in "AABCD"]
    none = Answer(Status.ABSTAINED, "The articles …", 0.25, "q", passages=tuple(passages))
    assert answer_text(none, translations_for("fr")).splitlines() == [
        "Les articles n’y répondent pas.",
        "Les plus proches sont :",
        *("- A", "- B", "- C"),
        "",
        "-# " + translations_for("fr")("confidence", confidence="0.25"),
    ]
    empty = Answer(Status.ABSTAINED, "The articles …", 0.25, "q")
    assert answer_text(empty, WORDS).startswith(WORDS("declined") + "\n\n-# ")


def test_a_quote_that_was_withdrawn_is_not_shown() -> None:
    shown = quotes_text([QUOTE, OTHER], [OTHER], WORDS)
    assert "> It fell." in shown
    assert "bold" not in shown
    assert WORDS("withdrawn") in shown


def test_an_address_that_is_none_is_left_out() -> None:
    for url in ("javascript:alert(1)", "https://x.example/> @everyone", "https://x.example/ a"):
        cited = Citation(1, "a.txt", "T", None, url, "It fell.", 0, 8)
        assert "example" not in quotes_text([cited], [], WORDS)
        assert "javascript" not in quotes_text([cited], [], WORDS)


def test_a_shared_answer_names_who_asked() -> None:
    record = Record(
        "id", 7, 1, "talk", False, 0.0, 0.0, NASTY, "It fell. [1]", Status.ANSWERED, (QUOTE,)
    )
    first, *_ = shared_text(record, WORDS).splitlines()
    assert first.startswith("<@7> asked: ")
    assert not MARKUP.search(first.removeprefix("<@7>"))


def test_passages_and_articles_are_listed() -> None:
    passage = Passage("a.txt", "The bridge", DAY, None, "It fell. " * 100, 0, 9)
    found = passages_text("bridge", [passage], WORDS)
    assert r"1\. **The bridge** · 2024-10-24 · a.txt" in found
    assert length(found) < 500
    assert passages_text(NASTY, [], WORDS) == WORDS("search_nothing", query=_plain(NASTY))
    row = CatalogueRow("a.txt", "The bridge", DAY, None, 2, 1)
    listed = sources_text([row], 3, WORDS)
    assert "- **The bridge** · 2024-10-24 · a.txt" in listed
    assert "2 more" in listed


def test_of_a_long_passage_the_words_searched_for_are_shown() -> None:
    text = f"{'It rained. ' * 90}The bridges fell. {'It rained. ' * 90}"
    found = passages_text("bridge", [Passage("a.txt", "", DAY, None, text, 0, 9)], WORDS)
    assert "rained. The bridges fell. It" in found
    assert length(found) < 500


def _plain(text: str) -> str:
    return passages_text(text, [], WORDS).split("“")[1].split("”")[0]


@given(st.text(max_size=9000))
def test_a_draft_fits_into_a_message_and_is_marked(draft: str) -> None:
    shown = draft_text(draft, WORDS)
    assert shown.startswith(f"-# {WORDS('draft')}\n")
    assert length(shown) <= LIMIT


def test_of_a_long_draft_the_end_is_shown() -> None:
    assert draft_text("word " * 5000 + "the end", WORDS).endswith("the end")


@given(st.text(alphabet=st.sampled_from("*_`@everyone<>[]()#-1. \n"), max_size=200))
def test_nothing_of_an_article_is_markup(text: str) -> None:
    cited = Citation(1, text, text, None, text, text, 0, 1)
    passage = Passage(text, text, None, None, text, 0, 1)
    for shown in (
        quotes_text([cited], [], WORDS),
        passages_text(text, [passage], WORDS),
        draft_text(text, WORDS),
    ):
        assert not re.search(r"(?<!\\)(?:<@|\]\()|@everyone", shown)


@given(st.text() | st.text("🐟", min_size=70, max_size=90))
def test_a_button_can_carry_its_label(text: str) -> None:
    assert length(label(text)) <= 80
