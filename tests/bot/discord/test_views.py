"""Cards as Discord gets them, and the plain messages where a server refuses them."""

import asyncio
from typing import Any

from hypothesis import HealthCheck, given, settings

from bot.answer import LeftOut, Option, Status
from bot.conversation.record import Record
from bot.discord.cards import Colour, cards_of
from bot.discord.i18n import translations_for
from bot.discord.replies import Post
from bot.discord.views import answer_posts, post_of, quote_row
from tests.bot.discord.records import citation, record, records
from tests.standins.discord_rules import V2, check_message

WORDS = translations_for("en")


def posts(found: Record, varies: bool = True) -> list[Post]:
    return answer_posts(found, cards_of(found, WORDS), WORDS, varies=varies)


def body(post: Post) -> dict[str, Any]:
    assert post.card
    components: Any = post.card.to_components()  # type: ignore[no-untyped-call]
    return {"flags": V2, "components": components}


def labels(post: Post) -> list[list[str]]:
    [box] = body(post)["components"]
    rows = [row["components"] for row in box["components"] if row["type"] == 1]
    return [[b.get("label") or b["emoji"]["name"] for b in row] for row in rows]


async def test_links_and_votes_are_in_rows_of_their_own() -> None:
    found = record("It fell. [1] So. [2]", citation(1), citation(2, "ulm.txt"))
    [shown] = posts(found, varies=False)
    read = [WORDS("read", number=n) for n in (1, 2)]
    assert labels(shown) == [read, [WORDS("quotes"), "👍", "👎"]]


async def test_what_can_be_done_depends_on_the_answer() -> None:
    left = (LeftOut("It sank.", "No sentence says so."),)
    found = record("It fell. [1]", citation(1), private=True, left_out=left, model="m")
    [*_, last] = labels(posts(found)[0])
    assert last == [WORDS("ask_again"), WORDS("left_out"), WORDS("share")]
    declined = record("None.", status=Status.ABSTAINED)
    assert labels(posts(declined, varies=False)[0]) == [["👍", "👎"], [WORDS("watch")]]


async def test_options_are_buttons_beside_a_form() -> None:
    options = (Option("Hamm", "a.txt"), Option("Ulm", "b.txt"))
    [shown] = posts(record("…", status=Status.CLARIFY, options=options))
    assert labels(shown) == [["1. Hamm"], ["2. Ulm"], [WORDS("say_what")]]


async def test_a_card_has_the_colour_of_its_outcome() -> None:
    [shown] = posts(record("None.", status=Status.ABSTAINED))
    [box] = body(shown)["components"]
    assert box["accent_color"] == Colour.DECLINED


async def test_there_is_no_way_beyond_the_first_and_the_last_quote() -> None:
    found = record("It fell. [1]", citation(1))
    assert quote_row(found, 1, 1) == []
    for number, off in ((1, [True, False]), (2, [False, False]), (3, [False, True])):
        shown = post_of(Colour.ANSWERED, ["Text."], lambda n=number: quote_row(found, n, 3))  # type: ignore[misc]
        [box] = body(shown)["components"]
        assert [b["disabled"] for b in box["components"][-1]["components"]] == off


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(records())
def test_discord_takes_every_card_and_every_plain_message(found: Record) -> None:
    async def drawn() -> list[Post]:
        return posts(found)

    for shown in asyncio.run(drawn()):
        check_message(body(shown))
        assert shown.pages
        for content in shown.contents():
            components = content.view.to_components() if content.view else []
            check_message({"content": content.text, "components": components})
