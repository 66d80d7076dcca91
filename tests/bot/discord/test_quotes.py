"""A quote in its paragraph."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from bot.answer import Citation
from bot.discord.i18n import translations_for
from bot.discord.pagination import length
from bot.discord.quotes import in_paragraph, quote_text
from index.article import Article
from tests.bot.discord.records import citation

WORDS = translations_for("en")


def article(text: str) -> Article:
    return Article(source="hamm.txt", title="T", text=text, published=date(2024, 10, 4))


def quoting(text: str, quote: str) -> Citation:
    start = text.index(quote)
    return Citation(1, "hamm.txt", "T", None, None, quote, start, start + len(quote))


def test_the_quote_is_bold_in_its_paragraph() -> None:
    around = "It had been *old* for as long as anybody in the town of Hamm remembers, they said."
    text = f"First.\n\n{around} It fell on Monday. {around}\n\nThe last."
    shown = in_paragraph(quoting(text, "It fell on Monday."), article(text))
    plain = around.replace("*", "\\*")
    assert shown == f"{plain} **It fell on Monday.** {plain}"


def test_a_short_paragraph_is_shown_between_its_neighbours() -> None:
    text = "It was old.\n\nIt fell on Monday.\n\nNobody was hurt.\n\nThe last."
    cited = quoting(text, "It fell on Monday.")
    lines = ["It was old.", "**It fell on Monday.**", "Nobody was hurt."]
    assert in_paragraph(cited, article(text)) == "\n".join(lines)
    shown = quote_text([cited], 1, article(text), WORDS).splitlines()
    assert shown[1:] == [f"> {line}" for line in lines]


def test_the_title_is_not_shown_twice() -> None:
    text = "T\n\nIt fell on Monday.\n\nNobody was hurt."
    shown = in_paragraph(quoting(text, "It fell on Monday."), article(text))
    assert shown == "**It fell on Monday.**\nNobody was hurt."


def test_of_a_long_paragraph_the_neighbourhood_is_shown() -> None:
    text = f"{'It rained. ' * 200}It fell. {'It rained. ' * 200}"
    shown = in_paragraph(quoting(text, "It fell."), article(text))
    assert shown
    assert shown.startswith("… ") and shown.endswith("…")
    assert "rained. **It fell.** It rained." in shown
    assert length(shown) < 1100


def test_a_quote_that_left_its_article_is_not_shown() -> None:
    cited = quoting("It fell.", "It fell.")
    for changed in (article("It rose!"), None):
        said = quote_text([cited], 1, changed, WORDS)
        assert "It fell" not in said
        assert WORDS("withdrawn") in said


def test_each_quote_says_which_of_how_many_it_is() -> None:
    text = "It fell. It rose."
    cited = [quoting(text, "It fell."), quoting(text, "It rose.")]
    assert quote_text(cited, 2, article(text), WORDS).endswith(WORDS("quote_of", number=2, count=2))


@given(st.text(max_size=200), st.text(min_size=1, max_size=200), st.text(max_size=200))
def test_nothing_around_a_quote_is_a_mention(before: str, quote: str, after: str) -> None:
    text = f"{before}{quote}{after}"
    cited = Citation(1, "a", "T", None, None, quote, len(before), len(before) + len(quote))
    shown = in_paragraph(cited, article(text))
    assert shown is not None
    assert "@everyone" not in shown


def test_a_citation_of_an_article_without_an_address_is_shown_too() -> None:
    assert "hamm.txt" in quote_text([citation(1, url=None)], 1, None, WORDS)
