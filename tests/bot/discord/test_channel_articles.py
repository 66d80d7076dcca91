"""Channels with articles of their own, given by an admin in a Discord on loopback."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.discord.confirm_views import ConfirmButton
from bot.discord.context import home
from bot.discord.i18n import translations_for
from bot.discord.uploads import safe_name
from tests.bot.discord.answers import answer_to
from tests.discord_bot import DiscordBot
from tests.standins.discord_interactions import Interaction
from tests.standins.discord_server import DiscordServer
from tests.standins.discord_world import Channel, Message, Permission, User

pytestmark = pytest.mark.enable_socket

SAY = translations_for("en")
QUESTION, ANSWER = "Who is the mayor of Hamm?", "Ada Lind"
HAMM = b"Hamm elects a mayor\n\n2026-10-24\n\nThe mayor of Hamm is Ada Lind, who won by far.\n"
ULM = b"Ulm opens a bridge\n\n2026-10-25\n\nThe bridge of Ulm was opened by Bo Berg on Sunday.\n"


class Room:
    """A channel of a server, with somebody who may manage the server and somebody who asks."""

    def __init__(self, discord: DiscordServer, bot: DiscordBot) -> None:
        self.discord = discord
        self.bot = bot
        self.guild = discord.joins("town")
        self.hall: Channel = discord.channel("hall", self.guild)
        self.yard: Channel = discord.channel("yard", self.guild)
        self.editor: User = discord.user("editor")
        discord.world.role(self.guild, "Editors", Permission.MANAGE_GUILD, self.editor)

    def uses(self, command: str, channel: Channel | None = None, **options: Any) -> Message:
        """What a command leads to, used in the yard by the editor."""
        where = channel or self.yard
        return self.said(self.discord.slash(command, user=self.editor, channel=where, **options))

    def said(self, interaction: Interaction) -> Message:
        """The answer, once it is more than that one has to wait."""
        self.discord.until(lambda: [m for m in interaction.answers if is_settled(m)])
        return interaction.answers[-1]

    def presses(self, message: Message, button: str) -> str:
        """What stands there after a button was pressed."""
        pressed = self.discord.clicks(message, button, user=self.editor)
        self.discord.until(lambda: pressed.answered and not message.buttons)
        self.discord.until(lambda: is_settled(message))
        return message.text

    def gives(self, channel: Channel | None, name: str, data: bytes) -> str:
        """What is said when an article was added for a channel, or for the server."""
        article = self.discord.attachment(name, data)
        options: dict[str, Any] = {"article": article}
        options |= {"channel_": channel} if channel else {}
        return self.presses(self.uses("dateline add", **options), "Add")

    def asks(self, channel: Channel, question: str = QUESTION, user: User | None = None) -> Message:
        """The answer to a question of somebody new."""
        who = user or self.discord.user("reader")
        asked = self.discord.slash("ask", question=question, user=who, channel=channel)
        return answer_to(self.discord, asked)


def is_settled(message: Message) -> bool:
    return bool(message.text) and not message.loading and not message.text.endswith("…")


@pytest.fixture(scope="module")
def room(discord: DiscordServer, bot: DiscordBot) -> Iterator[Room]:
    made = Room(discord, bot)
    assert "Added: **Ulm opens a bridge**" in made.gives(None, "ulm.txt", ULM)
    yield made


@pytest.fixture
def hall(room: Room) -> Iterator[Channel]:
    """The channel that has an article of its own; afterwards it has none."""
    article = room.discord.attachment("hamm.txt", HAMM)
    asked = room.uses("dateline add", article=article, channel_=room.hall)
    assert f"first article of <#{room.hall.id}> itself" in asked.text
    assert "Added: **Hamm elects a mayor** (2026-10-24)" in room.presses(asked, "Add")
    yield room.hall
    asked = room.uses("dateline remove", article="hamm.txt", channel_=room.hall)
    if asked.buttons:
        room.presses(asked, "Remove")


def test_a_channel_answers_from_its_own_articles_and_then_from_the_servers(
    room: Room, hall: Channel
) -> None:
    assert ANSWER in room.asks(hall).text
    assert ANSWER not in room.asks(room.yard).text
    bridge = "Who opened the bridge of Ulm?"
    assert "Bo Berg" in room.asks(room.yard, bridge).text
    assert "Bo Berg" not in room.asks(hall, bridge).text

    status = room.uses("dateline status", channel_=hall).text
    assert f"<#{hall.id}> are answered from the channel's own articles" in status
    assert "Articles: 1, passages: 1." in status
    assert "this server's own articles" in room.uses("dateline status").text
    shown = room.uses("dateline settings").text
    assert f"Channels with articles of their own: <#{hall.id}>" in shown

    for used_in in (room.yard, hall):  # the option counts, not where the command is used
        [choice] = room.discord.completes(
            "dateline remove", "article", "", user=room.editor, channel=used_in, channel_=hall
        )
        assert choice == {"name": "Hamm elects a mayor · hamm.txt", "value": "hamm.txt"}
    asked = room.uses("dateline remove", article="hamm.txt", channel_=hall)
    said = room.presses(asked, "Remove")
    assert f"<#{hall.id}> has no articles of its own left" in said
    assert "Bo Berg" in room.asks(hall, bridge).text
    assert ANSWER not in room.asks(hall).text


def test_threads_mentions_and_lists_go_by_the_channel(room: Room, hall: Channel) -> None:
    discord = room.discord
    start = discord.says("Let us talk", user=room.editor, channel=hall)
    thread = discord.world.thread(start, "Talk", room.editor)
    assert ANSWER in room.asks(thread).text
    said = discord.says(f"<@{discord.bot.id}> {QUESTION}", user=room.editor, channel=hall)
    discord.until(lambda: [m for m in hall.sent if m.id > said.id and ANSWER in m.text])
    for place in (hall, thread):
        assert "Hamm elects a mayor" in room.uses("sources", place).text
        assert ANSWER in room.uses("search", place, words="mayor Hamm").text
        choices = discord.completes("ask", "article", "", channel=place, question="?")
        assert [choice["value"] for choice in choices] == ["hamm.txt"]
        asked = discord.slash(
            "ask", question=QUESTION, article="hamm.txt", user=room.editor, channel=place
        )
        assert ANSWER in answer_to(discord, asked).text
    assert "Ulm opens a bridge" in room.uses("sources").text
    assert "Hamm" not in room.uses("sources").text


def test_buttons_of_an_answer_go_by_its_channel_after_a_restart(room: Room, hall: Channel) -> None:
    asker = room.discord.user("patient")
    answer = room.asks(hall, user=asker)
    room.bot.stop()
    room.bot.start()
    quoted = room.discord.clicks(answer, SAY("quotes"), asker)
    room.discord.until(lambda: quoted.answers and is_settled(quoted.answers[-1]))
    assert ANSWER in quoted.answers[-1].text
    assert ANSWER in room.asks(hall).text


def test_a_private_answer_is_shared_by_the_articles_of_its_channel(
    room: Room, hall: Channel
) -> None:
    asker = room.discord.user("sharer")
    asked = room.discord.slash("ask", question=QUESTION, private=True, user=asker, channel=hall)
    shared = room.discord.clicks(answer_to(room.discord, asked), SAY("share"), asker)
    assert ANSWER in answer_to(room.discord, shared).text


def test_news_and_digest_of_a_channel_are_of_its_articles(room: Room, hall: Channel) -> None:
    discord, today = room.discord, datetime.now(UTC).date().isoformat()
    for channel, title in ((hall, "Hamm opens a pool"), (None, "Ulm opens a zoo")):
        name = f"{title.split()[-1]}.txt"
        room.gives(channel, name, f"{title}\n\n{today}\n\nThe mayor came on foot.\n".encode())
    for place, own, other in ((hall, "pool", "zoo"), (room.yard, "zoo", "pool")):
        listed = room.uses("new", place).text
        assert f"opens a {own}" in listed and f"opens a {other}" not in listed
    room.uses("dateline digest", channel_=hall, hour=0)
    room.bot.stop()
    room.bot.start()  # it looks for what is due as soon as it is ready
    posted = discord.message_where(lambda m: "opens a pool" in m.text, hall)
    assert "zoo" not in posted.text
    room.uses("dateline digest")
    room.presses(room.uses("dateline remove", article="pool.txt", channel_=hall), "Remove")


def test_what_was_asked_in_a_channel_is_forgotten_too(room: Room, hall: Channel) -> None:
    asker = room.discord.user("forgotten")
    answer = room.asks(hall, user=asker)
    said = room.said(room.discord.slash("forget me", user=asker, channel=room.yard)).text
    assert SAY("forgotten", questions=1, feedback=0) == said
    pressed = room.discord.clicks(answer, SAY("quotes"), asker)
    room.discord.until(lambda: pressed.answers and is_settled(pressed.answers[-1]))
    assert ANSWER not in pressed.answers[-1].text


def test_who_waits_in_a_channel_is_told_of_its_articles(room: Room, hall: Channel) -> None:
    discord, asker = room.discord, room.discord.user("waiting")
    bridge = "Who is the mayor of Bonn?"
    pressed = discord.clicks(room.asks(hall, bridge, asker), SAY("watch"), asker)
    discord.until(lambda: pressed.answers and is_settled(pressed.answers[-1]))
    bonn = b"Bonn has a mayor\n\n2026-10-26\n\nThe mayor of Bonn is Cy Dahl, who won.\n"
    room.gives(None, "bonn.txt", bonn)
    assert "Cy Dahl" in room.asks(room.yard, bridge).text
    assert not [m for m in hall.sent if f"<@{asker.id}>" in m.text]
    room.gives(hall, "bonn.txt", bonn.replace(b"Cy Dahl", b"Eva Falk"))
    told = discord.message_where(lambda m: f"<@{asker.id}>" in m.text, hall)
    assert "Eva Falk" in told.text
    asked = room.uses("dateline remove", article="bonn.txt", channel_=hall)
    room.presses(asked, "Remove")


def test_a_channel_is_switched_off_and_on_with_its_files_kept(room: Room, hall: Channel) -> None:
    off = room.uses("dateline settings", own_articles=False, channel_=hall).text
    assert f"<#{hall.id}>" not in off and "this server's own" in off
    assert ANSWER not in room.asks(hall).text
    on = room.uses("dateline settings", own_articles=True, channel_=hall).text
    assert f"Channels with articles of their own: <#{hall.id}>" in on
    assert ANSWER in room.asks(hall).text
    refused = room.uses("dateline settings", own_articles=True, channel_=room.yard).text
    assert f"<#{room.yard.id}> has no articles of its own" in refused


def test_a_thread_has_the_articles_of_the_channel_it_is_in() -> None:
    class Thread:
        id, parent_id = 5, 4

    class Text:
        id, category_id = 4, 3

    assert (home(Thread()), home(Text()), home(None)) == (4, 4, None)


async def test_a_button_has_room_for_any_channel_and_file() -> None:
    longest = safe_name(f"{'x' * 100}.jsonl.gz")
    button = ConfirmButton("remove", longest, 2**63 - 1, "Remove")
    assert len(button.item.custom_id or "") <= 100
    found = ConfirmButton.__discord_ui_compiled_template__.fullmatch(button.item.custom_id or "")
    assert found and (int(found["channel"]), found["subject"]) == (2**63 - 1, longest)
    earlier = f"dateline-confirm:remove:{longest}"
    found = ConfirmButton.__discord_ui_compiled_template__.fullmatch(earlier)
    assert found and (found["channel"], found["subject"]) == (None, longest)
    assert Path(longest).name == longest
