"""Discord refuses, is away, or takes its time: everybody is told once, and nothing comes twice."""

from collections.abc import Iterator

import pytest

from bot.discord.i18n import translations_for
from tests.bot.discord.answers import ANSWER, QUESTION, answer_to, replies, reply_to
from tests.discord_bot import DiscordBot
from tests.standins.discord_server import DiscordServer
from tests.standins.discord_world import V2, Message, Permission

pytestmark = pytest.mark.enable_socket

SAY = translations_for("en")
CALLBACK = r"/interactions/\d+/[^/]+/callback"
ORIGINAL = r"/webhooks/\d+/[^/]+/messages/@original"
MESSAGES = r"/channels/\d+/messages"


@pytest.fixture(autouse=True)
def running_bot(bot: DiscordBot) -> None:
    """All of these need it."""


def mention(discord: DiscordServer, name: str, where: str = "") -> Message:
    """Somebody new mentions the bot with the question, in a channel of its own or in `general`."""
    channel = discord.channel(where) if where else discord.general
    text = f"{discord.bot.mention} {QUESTION}"
    return discord.says(text, user=discord.user(name), channel=channel)


@pytest.mark.parametrize(
    ("denied", "told"),
    [(Permission.SEND_MESSAGES, True), (Permission.READ_MESSAGE_HISTORY, False)],
    ids=["may not send", "may not reply, and has not been told"],
)
def test_what_may_not_be_said_in_a_channel_is_said_privately(
    discord: DiscordServer, denied: Permission, told: bool
) -> None:
    channel = discord.channel("closed")
    discord.forbids(denied, channel, told)
    asked = discord.says(f"{discord.bot.mention} {QUESTION}", discord.user("guest"), channel)
    private = discord.world.dm(asked.author)
    answer = reply_to(discord, asked, private)
    assert ANSWER in answer.text
    assert replies(discord, asked) == []
    [why, *_] = replies(discord, asked, private)
    assert why.text == SAY("no_access", channel=f"<#{channel.id}>")


def test_a_command_needs_no_permission_in_the_channel(discord: DiscordServer) -> None:
    channel = discord.channel("read only")
    discord.forbids(Permission.SEND_MESSAGES, channel)
    asked = discord.slash("ask", question=QUESTION, user=discord.user("a"), channel=channel)
    assert ANSWER in answer_to(discord, asked).text


def test_an_interaction_that_expired_is_answered_in_the_channel(discord: DiscordServer) -> None:
    channel, guest = discord.channel("late"), discord.user("late")
    discord.slash("ask", question=QUESTION, user=guest, channel=channel, age=4)
    answer = discord.message_where(lambda m: m.components, channel)
    assert ANSWER in answer.text
    assert [m for m in channel.sent if ANSWER in m.text] == [answer]


def test_a_private_one_that_expired_is_answered_privately(discord: DiscordServer) -> None:
    channel, guest = discord.channel("hushed"), discord.user("hushed")
    discord.slash("ask", question=QUESTION, private=True, user=guest, channel=channel, age=4)
    answer = discord.message_where(lambda m: m.components, discord.world.dm(guest))
    assert ANSWER in answer.text
    assert channel.sent == []


def test_a_token_that_dies_on_the_way(discord: DiscordServer) -> None:
    channel, guest = discord.channel("slow"), discord.user("slow")
    discord.fails("PATCH", ORIGINAL, 401, times=9, body={"code": 50027, "message": "Invalid"})
    discord.slash("ask", question=QUESTION, user=guest, channel=channel)
    answer = discord.message_where(lambda m: m.components, channel)
    discord.heals()
    assert ANSWER in answer.text


def test_a_channel_that_is_deleted(discord: DiscordServer) -> None:
    discord.fails("POST", r"/channels/\d+/typing", 0, pause=0.5)
    asked = mention(discord, "orphan", where="doomed")
    discord.deletes(asked.channel)
    answer = reply_to(discord, asked, discord.world.dm(asked.author))
    assert ANSWER in answer.text


def test_a_question_that_is_deleted_is_answered_all_the_same(discord: DiscordServer) -> None:
    discord.fails("POST", r"/channels/\d+/typing", 0, pause=0.5)
    asked = mention(discord, "hasty", where="hasty")
    discord.deletes(asked)
    assert ANSWER in reply_to(discord, asked).text


def test_an_answer_that_is_deleted_while_it_is_written(discord: DiscordServer) -> None:
    discord.fails("PATCH", ORIGINAL, 0, pause=1.0)
    channel = discord.channel("tidy")
    asked = discord.slash("ask", question=QUESTION, user=discord.user("tidy"), channel=channel)
    discord.deletes(discord.until(lambda: asked.answers)[0])
    answer = discord.message_where(lambda m: ANSWER in m.text, channel)
    assert answer.buttons


@pytest.mark.parametrize("path", [CALLBACK, ORIGINAL])
def test_too_many_requests(discord: DiscordServer, path: str) -> None:
    discord.limits("*", path, 0.2, times=2)
    asked = discord.slash("ask", question=QUESTION, user=discord.user("eager"))
    answer = answer_to(discord, asked)
    assert ANSWER in answer.text
    assert asked.answers == [answer]


@pytest.mark.parametrize("done", [False, True], ids=["not done", "done, and not said so"])
@pytest.mark.parametrize(("path", "status"), [(CALLBACK, 500), (ORIGINAL, 503)])
def test_discord_breaks(discord: DiscordServer, path: str, status: int, done: bool) -> None:
    channel = discord.channel("broken")
    discord.fails("*", path, status, done=done)
    user = discord.user("patient")
    asked = discord.slash("ask", question=QUESTION, user=user, channel=channel)
    discord.until(lambda: [m for m in channel.sent if m.components])
    assert len([m for m in channel.sent if ANSWER in m.text]) == 1
    assert [m for m in asked.answers if m.loading] == []


@pytest.mark.parametrize("done", [False, True], ids=["not done", "done, and not said so"])
@pytest.mark.parametrize("cut", [False, True], ids=["502", "cut off"])
def test_a_message_is_sent_once(discord: DiscordServer, done: bool, cut: bool) -> None:
    discord.fails("POST", MESSAGES, 0 if cut else 502, done=done, cut=cut)
    asked = mention(discord, "once", where="once")
    answer = reply_to(discord, asked)
    assert ANSWER in answer.text
    assert replies(discord, asked) == [answer]


@pytest.fixture
def no_cards(discord: DiscordServer) -> Iterator[None]:
    discord.takes_cards(False)
    yield
    discord.takes_cards(True)


@pytest.mark.usefixtures("no_cards")
def test_where_cards_are_refused_the_answer_is_plain_text(discord: DiscordServer) -> None:
    asked = discord.slash("ask", question=QUESTION, user=discord.user("plain"))
    spoken = mention(discord, "plain speaker", where="plain")
    for answer in (answer_to(discord, asked), reply_to(discord, spoken)):
        assert ANSWER in answer.content
        assert not answer.flags & V2
    assert reply_to(discord, spoken).reference is spoken
    assert asked.answers == [answer_to(discord, asked)]
    quotes = discord.clicks(answer_to(discord, asked), SAY("quotes"))
    shown = discord.until(lambda: [m for m in quotes.answers if not m.loading])[0]
    assert ANSWER in shown.content


def test_what_is_heard_again_is_not_answered_again(discord: DiscordServer) -> None:
    spoken, asked = mention(discord, "echo"), discord.slash("ask", question=QUESTION)
    reply_to(discord, spoken)
    answer_to(discord, asked)
    discord.later(4)
    before = [m.id for m in discord.general.sent]
    discord.repeats()
    other = mention(discord, "another")
    answer = reply_to(discord, other)
    assert [m.id for m in discord.general.sent] == [*before, other.id, answer.id]
