"""Lists in pages."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from bot.discord.cards import Colour
from bot.discord.lists import (
    PAGE,
    QUERY_LIMIT,
    ListButton,
    Listing,
    in_order,
    page_of,
    paging_row,
)
from bot.discord.views import post_of
from index.article import Passage
from tests.standins.discord_rules import V2, check_message


@given(st.lists(st.integers(), max_size=60), st.integers(-2, 9), st.integers(1, 10))
def test_every_item_is_on_one_page(items: list[int], page: int, size: int) -> None:
    _, _, count = page_of(items, 1, size)
    assert [x for n in range(1, count + 1) for x in page_of(items, n, size)[0]] == items
    shown, number, _ = page_of(items, page, size)
    assert 1 <= number <= count
    assert len(shown) <= size


@given(st.text(max_size=90))
async def test_a_button_holds_what_was_looked_for(query: str) -> None:
    rows = paging_row("search", query, Listing("Found", ["line"], 2, 3))
    post = post_of(Colour.LIST, ["Found"], lambda: paging_row("search", query, _middle()))
    assert post.card
    check_message({"flags": V2, "components": post.card.to_components()})  # type: ignore[no-untyped-call]
    for row in rows:
        for button, page in zip(row, (1, 3), strict=True):
            assert isinstance(button, ListButton)
            found = ListButton.__discord_ui_compiled_template__.fullmatch(button.custom_id)
            assert found
            assert (found["kind"], int(found["page"]), found["query"]) == ("search", page, query)
    assert bool(rows) == (len(query.encode("utf-16-le")) // 2 <= QUERY_LIMIT)


async def test_the_first_page_has_none_before_it_and_the_last_none_after() -> None:
    [[before, after]] = paging_row("sources", "", Listing("All", ["line"], 1, 2))
    assert isinstance(before, ListButton) and isinstance(after, ListButton)
    assert (before.item.disabled, after.item.disabled) == (True, False)
    assert paging_row("sources", "", Listing("All", ["line"], 1, 1)) == []
    assert min(PAGE.values()) > 1


def test_passages_with_all_the_words_come_first_and_newest_first() -> None:
    early, late = date(2024, 1, 1), date(2024, 5, 5)
    found = [
        passage("best", "The ferries of the harbour", early),
        passage("beside", "A new tram line", date(2024, 9, 9)),
        passage("undated", "The harbour and its ferry", None),
        passage("newest", "Ferry leaves the harbour", late),
        passage("half", "The ferry to the island", late),
    ]
    shown = [p.source for p in in_order(found, "harbour ferry")]
    assert shown == ["newest", "best", "undated", "beside", "half"]


@given(st.lists(st.tuples(st.text(max_size=9), st.none() | st.dates())), st.text(max_size=20))
def test_no_passage_is_lost(found: list[tuple[str, date | None]], query: str) -> None:
    passages = [passage(str(n), text, day) for n, (text, day) in enumerate(found)]
    assert sorted(p.source for p in in_order(passages, query)) == sorted(p.source for p in passages)


def passage(source: str, text: str, day: date | None) -> Passage:
    return Passage(source, "", day, None, text, 0, len(text))


def _middle() -> Listing:
    return Listing("Found", ["line"], 2, 3)
