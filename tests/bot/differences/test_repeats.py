from bot.differences.repeats import witnesses
from index.article import Passage

LONG = "A ferry sank off Corin in heavy seas on Sunday night, and twelve people died in the water."


def passage(source: str, text: str) -> Passage:
    return Passage(source, source, None, None, text, 0, len(text))


def test_articles_that_repeat_one_text_are_one_witness() -> None:
    copies = [passage("a", LONG), passage("b", f"Update. {LONG}"), passage("c", "All else fell.")]
    assert witnesses(copies) == {"a": "a", "b": "a", "c": "c"}


def test_short_texts_are_alike_by_chance() -> None:
    one, other = "The bridge opened on Monday.", "The bridge opened on Monday."
    assert len({*witnesses([passage("a", one), passage("b", other)]).values()}) == 2


def test_all_passages_of_an_article_are_read() -> None:
    halves = [passage("a", LONG), passage("a", "It was the worst accident there in forty years.")]
    assert witnesses([*halves, passage("b", LONG)])["b"] == "a"
