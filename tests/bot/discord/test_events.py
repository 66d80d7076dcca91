"""The ways to ask, and what is remembered of what was asked; with the real bot."""

from itertools import count
from typing import Any

import pytest

from bot.discord.i18n import translations_for
from bot.discord.queue import USER_RATE
from tests.bot.discord.answers import ANSWER, QUESTION, TITLE, answer_to, replies, reply_to
from tests.discord_bot import DiscordBot
from tests.standins.discord_interactions import Interaction
from tests.standins.discord_server import DiscordServer
from tests.standins.discord_world import Message, Permission, User

pytestmark = [pytest.mark.enable_socket, pytest.mark.usefixtures("bot")]

SAY = translations_for("en")
FOLLOW_UP = "Why is that needed?"
"""Which means nothing without the question before it."""
_numbers = count(1)


@pytest.fixture
def asker(discord: DiscordServer) -> User:
    """Somebody who has not asked before."""
    return discord.user(f"asker {next(_numbers)}")


def mention(discord: DiscordServer, question: str = QUESTION) -> str:
    return f"<@{discord.bot.id}> {question}"


def said(discord: DiscordServer, interaction: Interaction) -> Message:
    """What a command led to, for whoever used it alone."""
    found = discord.until(lambda: [m for m in interaction.answers if not m.loading])
    assert interaction.private
    return found[0]


def heard(discord: DiscordServer, command: str, asker: User, **options: Any) -> str:
    """What a command says to the person who used it."""
    return said(discord, discord.slash(command, user=asker, **options)).text


def private_line(discord: DiscordServer, asker: User) -> str:
    """The last that the bot wrote to somebody alone."""
    return discord.until(lambda: discord.world.dm(asker).sent)[-1].text


def test_a_mention_is_answered_with_a_reply(discord: DiscordServer, asker: User) -> None:
    asked = discord.says(mention(discord), asker)
    answer = reply_to(discord, asked)
    assert ANSWER in answer.text
    assert answer.reference is asked
    assert not answer.pings
    assert replies(discord, asked) == [answer]


def test_thanks_get_a_reaction(discord: DiscordServer, asker: User) -> None:
    thanks = discord.says(mention(discord, "thanks! 😂"), asker)
    discord.until(lambda: thanks.reactions == ["❤️"])
    question = discord.says(mention(discord), asker)
    reply_to(discord, question)
    assert replies(discord, thanks) == [reply_to(discord, question)]


def test_thanks_get_a_word_where_the_bot_may_not_react(discord: DiscordServer, asker: User) -> None:
    channel = discord.channel("no reactions")
    discord.forbids(Permission.ADD_REACTIONS, channel)
    thanks = discord.says(mention(discord, "thanks! 😂"), asker, channel)
    reply = discord.until(lambda: replies(discord, thanks))[0]
    assert discord.until(lambda: reply.text == "You are welcome.")
    assert not reply.components


def test_what_is_said_to_others_is_not_answered(discord: DiscordServer, asker: User) -> None:
    others = [
        discord.says(QUESTION, asker),
        discord.says(f"@everyone {QUESTION}", asker),
        discord.says(f"<@{asker.id}> {QUESTION}", asker),
    ]
    asked = discord.says(mention(discord), asker)
    answer = reply_to(discord, asked)
    assert replies(discord, others[0]) == [answer]


def test_a_mention_without_a_question(discord: DiscordServer, asker: User) -> None:
    discord.says(mention(discord, ""), asker)
    assert private_line(discord, asker) == SAY("empty")


def test_a_direct_message_is_answered(discord: DiscordServer, asker: User) -> None:
    asked = discord.says(QUESTION, asker, discord.world.dm(asker))
    assert ANSWER in reply_to(discord, asked).text


def test_a_reply_goes_on_from_the_answer_and_those_before_it(
    discord: DiscordServer, asker: User
) -> None:
    first = reply_to(discord, discord.says(mention(discord), asker))
    second = reply_to(discord, discord.says(FOLLOW_UP, asker, reply_to=first))
    assert ANSWER in second.text
    third = reply_to(discord, discord.says(FOLLOW_UP, discord.user("another"), reply_to=second))
    assert ANSWER in third.text


def test_commands_and_mentions_begin_anew(discord: DiscordServer, asker: User) -> None:
    answer_to(discord, discord.slash("ask", question=QUESTION, user=asker))
    asked = discord.slash("ask", question=FOLLOW_UP, user=asker)
    assert ANSWER not in answer_to(discord, asked).text
    spoken = discord.says(mention(discord, FOLLOW_UP), asker)
    assert ANSWER not in reply_to(discord, spoken).text


def test_a_reply_leaves_out_what_was_asked_elsewhere(discord: DiscordServer, asker: User) -> None:
    shown = reply_to(discord, discord.says(mention(discord), asker))
    answer_to(discord, discord.slash("ask", question="Who is Lloyd Austin?", user=asker))
    went_on = reply_to(discord, discord.says(FOLLOW_UP, asker, reply_to=shown))
    assert ANSWER in went_on.text


def test_direct_messages_go_on_from_what_was_just_asked(
    discord: DiscordServer, asker: User
) -> None:
    private = discord.world.dm(asker)
    reply_to(discord, discord.says(QUESTION, asker, private))
    went_on = discord.says(FOLLOW_UP, asker, private)
    assert ANSWER in reply_to(discord, went_on).text


def test_a_message_is_asked_about_privately(discord: DiscordServer, asker: User) -> None:
    message = discord.says(QUESTION, discord.user("writer"))
    asked = discord.menu("Ask about this", message, asker)
    assert ANSWER in answer_to(discord, asked).text
    assert asked.private


def test_an_embed_is_asked_about(discord: DiscordServer, asker: User) -> None:
    embed = {"title": QUESTION, "description": "Somebody asked this elsewhere."}
    message = discord.says("", discord.user("news bot"), embeds=[embed])
    asked = discord.menu("Ask about this", message, asker)
    assert ANSWER in answer_to(discord, asked).text


@pytest.mark.parametrize(
    ("name", "said"), [("cat.png", "about_image"), ("notes.txt", "about_file"), ("", "about_empty")]
)
def test_a_message_without_text_is_told_so_in_fitting_words(
    discord: DiscordServer, asker: User, name: str, said: str
) -> None:
    files = [discord.attachment(name, b"not read")] if name else []
    message = discord.says("", discord.user("writer"), files=files)
    asked = discord.menu("Ask about this", message, asker)
    discord.until(lambda: [m.text for m in asked.answers] == [SAY(said)])
    assert asked.private


def test_members_may_install_the_bot_for_themselves(discord: DiscordServer) -> None:
    ask = next(command for command in discord.commands if command["name"] == "ask")
    assert (ask["integration_types"], ask["contexts"]) == ([0, 1], [0, 1, 2])
    manage = next(command for command in discord.commands if command["name"] == "dateline")
    assert (manage["integration_types"], manage["contexts"]) == ([0], [0])


def test_a_private_question_is_seen_by_nobody_else(discord: DiscordServer, asker: User) -> None:
    asked = discord.slash("ask", question=QUESTION, private=True, user=asker)
    assert answer_to(discord, asked).only_for is asker


def test_a_mention_is_answered_in_a_thread_where_a_server_wants_that(
    discord: DiscordServer, asker: User
) -> None:
    guild = discord.joins("Threads")
    [channel] = guild.channels.values()
    discord.world.role(guild, "Editors", Permission.MANAGE_GUILD, asker)
    command = discord.slash(
        *("dateline settings",), user=asker, channel=channel, threads=True, history="thread"
    )
    discord.until(lambda: [m for m in command.answers if not m.loading])

    asked = discord.says(mention(discord), asker, channel)
    thread = discord.until(lambda: asked.thread)
    assert thread and thread.name == QUESTION
    first = reply_to(discord, asked, thread)
    assert ANSWER in first.text
    assert replies(discord, asked) == []

    other = discord.user("another in the thread")
    went_on = discord.says(mention(discord, FOLLOW_UP), other, thread)
    assert ANSWER in reply_to(discord, went_on, thread).text
    elsewhere = discord.says(mention(discord, FOLLOW_UP), other, channel)
    apart = discord.until(lambda: elsewhere.thread)
    assert apart
    assert ANSWER not in reply_to(discord, elsewhere, apart).text


def test_a_thread_that_cannot_be_opened_is_done_without(
    discord: DiscordServer, asker: User
) -> None:
    guild = discord.joins("No threads")
    [channel] = guild.channels.values()
    discord.world.role(guild, "Editors", Permission.MANAGE_GUILD, asker)
    command = discord.slash("dateline settings", user=asker, channel=channel, threads=True)
    discord.until(lambda: [m for m in command.answers if not m.loading])
    discord.forbids(Permission.CREATE_PUBLIC_THREADS, channel)
    assert ANSWER in reply_to(discord, discord.says(mention(discord), asker, channel)).text


def test_reset_begins_anew(discord: DiscordServer, asker: User) -> None:
    private = discord.world.dm(asker)
    reply_to(discord, discord.says(QUESTION, asker, private))
    assert said(discord, discord.slash("reset", user=asker, channel=private)).text == (
        SAY("reset_done")
    )
    asked = discord.says(FOLLOW_UP, asker, private)
    assert ANSWER not in reply_to(discord, asked).text


def test_what_was_kept_of_somebody_is_forgotten(
    discord: DiscordServer, bot: DiscordBot, asker: User
) -> None:
    asked = discord.slash("ask", question=f"{QUESTION} qwertyuiop", user=asker)
    answer = answer_to(discord, asked)
    assert said(discord, discord.clicks(answer, "👍", asker)).text == SAY("thanks")
    forgotten = said(discord, discord.slash("forget me", user=asker)).text
    assert forgotten == SAY("forgotten", questions=1, feedback=1)
    kept = b"".join(f.read_bytes() for f in bot.store.iterdir() if f.is_file())
    assert b"qwertyuiop" not in kept
    assert str(asker.id).encode() not in kept
    again = discord.slash("forget me", user=asker)
    assert said(discord, again).text == SAY("forgotten_nothing")
    gone = discord.clicks(answer, SAY("quotes"), asker)
    assert said(discord, gone).text == SAY("not_kept")


def test_looking_around(discord: DiscordServer, asker: User) -> None:
    assert ANSWER in heard(discord, "search", asker, words="interpreter")
    listed = heard(discord, "sources", asker)
    assert TITLE in listed
    matching = heard(discord, "sources", asker, matching="BIND")
    assert TITLE not in matching
    assert heard(discord, "sources", asker, matching="@everyone") == SAY("no_sources")
    assert heard(discord, "help", asker) == SAY("help").strip()


def test_whoever_asks_too_often_is_asked_to_wait(discord: DiscordServer, asker: User) -> None:
    questions, _ = USER_RATE
    for _ in range(questions):
        answer_to(discord, discord.slash("ask", question=QUESTION, user=asker))
    refused = said(discord, discord.slash("ask", question=QUESTION, user=asker))
    before, after = SAY("cooldown", when="|").split("|")
    assert refused.text.startswith(before) and refused.text.endswith(after)


def test_an_empty_question_is_refused(discord: DiscordServer, asker: User) -> None:
    asked = discord.slash("ask", question="\u200b", user=asker)
    assert said(discord, asked).text == SAY("empty")
