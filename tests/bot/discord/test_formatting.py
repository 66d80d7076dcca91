"""What drafts and passages look like; what comes from articles and models stays plain words."""

import re
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from bot.answer import LeftOut
from bot.discord.formatting import draft_text, label, left_out_text, passage_text
from bot.discord.i18n import translations_for
from bot.discord.markup import day_stamp
from bot.discord.pagination import LIMIT, length
from index.article import Passage

WORDS = translations_for("en")
DAY = date(2024, 10, 24)


def test_of_a_long_passage_the_words_searched_for_are_shown() -> None:
    text = f"{'It rained. ' * 90}The bridges fell. {'It rained. ' * 90}"
    found = passage_text(Passage("a.txt", "The bridge", DAY, None, text, 0, 9), "bridge")
    line, quoted = found.splitlines()
    assert line == f"The bridge · {day_stamp(DAY)} · a.txt"
    assert "rained. The bridges fell. It" in quoted
    assert length(found) < 500


@given(st.text(max_size=9000))
def test_a_draft_fits_into_a_message_and_is_marked(draft: str) -> None:
    shown = draft_text(draft, WORDS)
    assert shown.startswith(f"-# {WORDS('draft')}\n")
    assert length(shown) <= LIMIT


def test_of_a_long_draft_the_end_is_shown() -> None:
    assert draft_text("word " * 5000 + "the end", WORDS).endswith("the end")


@given(st.text(alphabet=st.sampled_from("*_`@everyone<>[]()#-1. \n"), max_size=200))
def test_nothing_of_an_article_is_markup(text: str) -> None:
    passage = Passage(text, text, None, None, text, 0, 1)
    for shown in (
        left_out_text([LeftOut(text, text)], WORDS),
        passage_text(passage, text),
        draft_text(text, WORDS),
    ):
        assert not re.search(r"(?<!\\)(?:<@|\]\()|@everyone", shown)


@given(st.text() | st.text("🐟", min_size=70, max_size=90))
def test_a_button_can_carry_its_label(text: str) -> None:
    assert length(label(text)) <= 80
