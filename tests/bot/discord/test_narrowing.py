"""Questions about one article, or about those since a day."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering import Within
from bot.discord.i18n import translations_for
from bot.discord.narrowing import article_named, day_named
from index.storage.records import CatalogueRow
from tests.bot.discord.answers import ANSWER, QUESTION, TITLE, answer_to
from tests.discord_bot import DiscordBot
from tests.standins.discord_server import DiscordServer

SAY = translations_for("en")
TODAY = date(2024, 10, 30)


def row(source: str, title: str, day: date | None = None) -> CatalogueRow:
    return CatalogueRow(source, title, day, None, 10, 1)


ROWS = [
    row("later.md", "The bridge opens again", date(2024, 10, 9)),
    row("bridge.md", "The bridge of Hamm", date(2024, 10, 1)),
    row("ferry.md", "The ferry"),
]


@pytest.mark.parametrize(
    ("typed", "source"),
    [
        ("bridge.md", "bridge.md"),
        ("BRIDGE", "later.md"),
        ("ferry", "ferry.md"),
        ("tunnel", None),
    ],
)
def test_an_article_is_named_by_its_source_or_its_title(typed: str, source: str | None) -> None:
    found = article_named(ROWS, typed)
    assert (found.source if found else None) == source


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2024-10-24", date(2024, 10, 24)),
        (" 2024-10-24 ", date(2024, 10, 24)),
        ("Monday", date(2024, 10, 28)),
        ("yesterday", date(2024, 10, 29)),
        ("the ferry", None),
        ("", None),
    ],
)
def test_a_day_is_written_or_said(typed: str, day: date | None) -> None:
    assert day_named(typed, TODAY) == day


@given(st.text(max_size=50))
def test_anything_may_be_typed_for_a_day(typed: str) -> None:
    found = day_named(typed, TODAY)
    assert found is None or isinstance(found, date)


@given(st.none() | st.just("a"), st.none() | st.dates(), st.none() | st.dates())
def test_an_article_without_a_date_is_in_no_range(
    source: str | None, since: date | None, published: date | None
) -> None:
    allowed = Within(source, since).allows("a", published)
    assert allowed == (since is None or (published is not None and published >= since))
    assert not Within("b", since).allows("a", published)


@pytest.mark.enable_socket
def test_only_the_article_that_was_chosen_is_read(discord: DiscordServer, bot: DiscordBot) -> None:
    assert bot.alive
    asker = discord.user("choosing")
    answer_to(discord, discord.slash("ask", question=QUESTION, user=discord.user("first")))
    choices = discord.completes("ask", "article", TITLE, question="?")
    right = next(choice for choice in choices if TITLE in choice["name"])
    every = discord.completes("ask", "article", "", question="?")
    other = next(choice for choice in every if TITLE not in choice["name"])
    asked = discord.slash("ask", question=QUESTION, article=right["value"], user=asker)
    shown = answer_to(discord, asked).text
    assert ANSWER in shown
    assert SAY("only_article", title="")[:10] in shown
    asked = discord.slash("ask", question=QUESTION, article=other["value"], user=asker)
    assert ANSWER not in answer_to(discord, asked).text


@pytest.mark.enable_socket
def test_only_articles_since_a_day_are_read(discord: DiscordServer, bot: DiscordBot) -> None:
    assert bot.alive
    asker = discord.user("late")
    offered = discord.completes("ask", "since", "", question="?")
    assert len(offered) == 4
    [day] = discord.completes("ask", "since", "2024-10-24", question="?")
    assert day["value"] == "2024-10-24"
    late = discord.slash("ask", question=QUESTION, since="2030-01-01", user=asker)
    declined = answer_to(discord, late).text
    assert ANSWER not in declined
    assert SAY("only_since", day="2030-01-01") in declined


@pytest.mark.enable_socket
@pytest.mark.parametrize(
    ("article", "since", "said"),
    [("no such article", "", "no_such"), ("", "blue", "no_such_day")],
)
def test_what_is_not_there_is_said(
    discord: DiscordServer, bot: DiscordBot, article: str, since: str, said: str
) -> None:
    assert bot.alive
    asker, told = discord.user(said), {"question": QUESTION, "article": article, "since": since}
    asked = discord.slash("ask", user=asker, channel=discord.general, age=0, **told)
    discord.until(lambda: SAY(said) in [message.text for message in asked.answers])
