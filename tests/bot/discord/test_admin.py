"""`/dateline …`, used in a Discord on loopback that the real bot is connected to."""

import socket
from contextlib import suppress
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.discord_bot import DiscordBot
from tests.standins.discord_interactions import Interaction
from tests.standins.discord_server import DiscordServer
from tests.standins.discord_world import Channel, Message, Permission, User

pytestmark = [pytest.mark.enable_socket, pytest.mark.usefixtures("bot")]

HAMM = b"Hamm elects a mayor\n\n2026-10-24\n\nThe mayor of Hamm is Ada Lind, who won by far.\n"
ULM = b"Ulm opens a *bridge* @everyone\n\nThe bridge of Ulm was opened by Bo Berg.\n"
QUESTION = "Who is the mayor of Hamm?"


class Town:
    """A server that the bot has just admit, with somebody who may manage it."""

    def __init__(self, discord: DiscordServer, name: str) -> None:
        self._discord = discord
        self.guild = discord.joins(name)
        self.channel: Channel = next(iter(self.guild.channels.values()))
        self.editor: User = discord.user(f"editor of {name}")
        discord.world.role(self.guild, "Editors", Permission.MANAGE_GUILD, self.editor)

    def uses(self, command: str, user: User | None = None, **options: Any) -> Message:
        """What a command of `/dateline` leads to."""
        who = user or self.editor
        return self.said(
            self._discord.slash(f"dateline {command}", user=who, channel=self.channel, **options)
        )

    def said(self, interaction: Interaction) -> Message:
        """The answer, once it is more than that one has to wait."""
        found = self._discord.until(
            lambda: (
                interaction.original
                and not interaction.original.loading
                and not interaction.original.text.endswith("…")
                and interaction.original
            )
        )
        assert isinstance(found, Message)
        return found

    def presses(self, message: Message, button: str, user: User | None = None) -> str:
        """What stands there after a button was pressed."""
        pressed = self._discord.clicks(message, button, user=user or self.editor)
        self._discord.until(lambda: pressed.answered and not message.buttons)
        self._discord.until(lambda: not message.text.endswith("…"))
        return message.text

    def adds(self, name: str, data: bytes) -> Message:
        return self.uses("add", article=self._discord.attachment(name, data))

    def asks(self, question: str = QUESTION, channel: Channel | None = None) -> str:
        """The answer to a question of somebody new."""
        asked = self._discord.slash(
            *("ask",),
            question=question,
            user=self._discord.user("reader"),
            channel=channel or self.channel,
        )
        self._discord.until(
            lambda: [m for m in asked.answers if m.text and not m.text.endswith("…")]
        )
        return "\n".join(message.text for message in asked.answers)


@pytest.fixture
def town(discord: DiscordServer, request: pytest.FixtureRequest) -> Town:
    return Town(discord, request.node.name)


def test_only_who_may_manage_the_server_is_heard(discord: DiscordServer, town: Town) -> None:
    [command] = [c for c in discord.commands if c["name"] == "dateline"]
    assert int(command["default_member_permissions"]) == Permission.MANAGE_GUILD
    reader = discord.user("reader")
    for name in ("status", "sync", "settings"):
        refused = town.uses(name, user=reader)
        assert refused.only_for is reader
        assert refused.text == "Only members who can manage this server may do that."


def test_status_tells_of_the_common_articles(town: Town) -> None:
    status = town.uses("status")
    assert status.only_for is town.editor
    assert "common articles" in status.text
    assert "Articles: 2, passages: " in status.text
    assert "Questions today: 0 (limit: no limit)" in status.text
    assert "Last checked <t:" in status.text


def test_sync_tells_what_has_changed(town: Town) -> None:
    assert "Added: 0, changed: 0, moved: 0, removed: 0, unchanged: 2." in town.uses("sync").text


def test_an_article_is_added_after_confirmation_and_removed(
    discord: DiscordServer, town: Town
) -> None:
    asked = town.adds("hamm.txt", HAMM)
    assert asked.only_for is town.editor
    assert "Add **hamm.txt**?" in asked.text
    assert "**Hamm elects a mayor** (2026-10-24)" in asked.text
    assert "first article of its own" in asked.text
    assert "Ada Lind" not in town.asks()
    assert "Added: **Hamm elects a mayor** (2026-10-24)" in town.presses(asked, "Add")
    assert "Ada Lind" in town.asks()

    other = Town(discord, "another town")
    assert "Ada Lind" not in other.asks()
    assert "common" in other.uses("status").text
    assert "own articles" in (status := town.uses("status").text)
    assert "Articles: 1, passages: 1." in status

    choices = discord.completes(
        *("dateline remove", "article", "HAMM"), user=town.editor, channel=town.channel
    )
    assert choices == [{"name": "Hamm elects a mayor · hamm.txt", "value": "hamm.txt"}]
    asked = town.uses("remove", article="hamm.txt")
    assert "Remove **hamm.txt**?" in asked.text
    said = town.presses(asked, "Remove")
    assert said.startswith("Removed: **hamm.txt**")
    assert "no articles left" in said
    assert "There are no articles." in town.asks()


def test_what_is_cancelled_changes_nothing(town: Town) -> None:
    asked = town.adds("hamm.txt", HAMM)
    assert town.presses(asked, "Cancel") == "Nothing was changed."
    assert "common" in town.uses("status").text
    assert "Ada Lind" not in town.asks()


def test_markup_in_articles_is_shown_as_it_stands(town: Town) -> None:
    asked = town.adds("ulm.txt", ULM)
    assert "**Ulm opens a \\*bridge\\* @\u200beveryone** (no date)" in asked.text


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("hamm.exe", HAMM, "I cannot read this kind of file. I can read: .txt"),
        ("hamm.txt", b"\0\0\0", "I found no article in this file: binary"),
        ("hamm.txt", b"a " * 4_000_001, "This file is too large. The limit is 8 MB"),
    ],
)
def test_files_that_cannot_be_added_are_refused(
    town: Town, name: str, data: bytes, said: str
) -> None:
    refused = town.adds(name, data)
    assert said in refused.text
    assert not refused.buttons


def test_a_file_or_an_address_is_asked_for(discord: DiscordServer, town: Town) -> None:
    assert "either a file or an address" in town.uses("add").text
    inside = town.uses("add", address=f"{discord.url}/secret.html")
    assert inside.text == "The address is in a private network (127.0.0.1)."
    assert not inside.buttons


def test_only_own_articles_can_be_removed(discord: DiscordServer, town: Town) -> None:
    assert "no articles of its own" in town.uses("remove", article="hamm.txt").text
    complete = ("dateline remove", "article", "")
    assert discord.completes(*complete, user=town.editor, channel=town.channel) == []


def test_settings_are_shown_and_changed(town: Town) -> None:
    shown = town.uses("settings")
    assert "My language: the server's language" in shown.text
    changed = town.uses(
        "settings",
        language="de",
        history="thread",
        threads=True,
        questions_per_user=5,
        questions_per_server=100,
    )
    assert "Meine Sprache: Deutsch" in changed.text
    assert "Fragen am Tag je Mitglied: 5" in changed.text
    assert "Fragen am Tag auf dem Server: 100" in changed.text
    back = town.uses("settings", language="discord", questions_per_user=0)
    assert "Questions a day for each user: no limit" in back.text
    assert "Questions a day for the server: 100" in back.text


def test_channels_and_roles_are_chosen_from_menus(discord: DiscordServer, town: Town) -> None:
    quiet = discord.channel("quiet", town.guild)
    shown = town.uses("settings")
    chosen = discord.clicks(
        shown, "dateline-settings:channels", user=town.editor, values=[str(quiet.id)]
    )
    discord.until(lambda: chosen.answered and f"<#{quiet.id}>" in shown.text)
    assert f"You can ask in <#{quiet.id}>." in town.asks()
    assert "Only" not in town.asks(channel=quiet)
    role = discord.world.role(town.guild, "Readers", Permission(0))
    chosen = discord.clicks(
        shown, "dateline-settings:roles", user=town.editor, values=[str(role.id)]
    )
    discord.until(lambda: chosen.answered and f"<@&{role.id}>" in shown.text)
    assert f"one of these roles may ask: <@&{role.id}>" in town.asks(channel=quiet)


def test_a_budget_that_is_used_up_is_told_of(discord: DiscordServer, town: Town) -> None:
    town.uses("settings", questions_per_server=1)
    town.asks()
    assert "This server has reached its daily limit (questions: 1)" in town.asks()
    assert "Questions today: 1 (limit: 1)" in town.uses("status").text


def test_buttons_and_menus_work_after_a_restart_and_numbers_are_told(
    discord: DiscordServer, bot: DiscordBot, town: Town
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    shown, asked = town.uses("settings", language="fr"), town.adds("hamm.txt", HAMM)
    bot.stop()
    bot.start(DATELINE_METRICS_PORT=str(port))
    said = town.presses(asked, "Ajouter")
    assert "Ajouté : **Hamm elects a mayor**" in said
    chosen = discord.clicks(
        shown, "dateline-settings:channels", user=town.editor, values=[str(town.channel.id)]
    )
    discord.until(lambda: chosen.answered and f"<#{town.channel.id}>" in shown.text)
    assert "Ada Lind" in town.asks()

    def told(path: str) -> str:
        with urlopen(f"http://127.0.0.1:{port}/{path}", timeout=30) as response:
            return str(response.read(), "utf-8")

    def is_ready() -> bool:  # a server's own articles may be open before the common ones
        with suppress(HTTPError):
            return told("readyz") == "ready\n"
        return False

    assert told("healthz") == "alive\n"
    discord.until(is_ready)
    discord.until(lambda: 'dateline_questions_total{outcome="answered"} 1.0' in told("metrics"))
    assert "dateline_gateway_connected 1.0" in told("metrics")
    assert "Hamm" not in told("metrics")
