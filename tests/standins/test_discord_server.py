"""The stand-in for Discord, proved with a small bot of real discord.py."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import discord
import pytest
import yarl
from discord import app_commands
from discord.ext import commands

from tests.standins.discord_description import description
from tests.standins.discord_server import DiscordServer, running
from tests.standins.discord_world import Permission


class SmallBot(commands.AutoShardedBot):
    """Echoes what it is asked, with a button and a form."""

    def __init__(self) -> None:
        intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
        super().__init__("!", intents=intents, allowed_mentions=discord.AllowedMentions.none())
        self._connection.guild_ready_timeout = 0.1
        self.resumed = 0

    async def setup_hook(self) -> None:
        self.tree.add_command(_ask)
        self.tree.add_command(_about)
        self.tree.add_command(_group)
        self.add_view(_Buttons())
        await self.tree.sync()

    async def on_message(self, message: discord.Message) -> None:
        assert self.user
        if message.author != self.user and message.content:
            await message.reply(f"heard: {message.content}", mention_author=False)

    async def on_shard_resumed(self, _: int) -> None:
        self.resumed += 1


class _Form(discord.ui.Modal, title="Why?"):
    reason: discord.ui.TextInput[Any] = discord.ui.TextInput(label="Reason", custom_id="reason")

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"because {self.reason.value}", ephemeral=True)


class _Buttons(discord.ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="More", custom_id="more")
    async def more(self, interaction: discord.Interaction, _: discord.ui.Button[Any]) -> None:
        await interaction.response.send_message("more", ephemeral=True)

    @discord.ui.button(label="Why", custom_id="why")
    async def why(self, interaction: discord.Interaction, _: discord.ui.Button[Any]) -> None:
        await interaction.response.send_modal(_Form())

    @discord.ui.button(label="Change", custom_id="change")
    async def change(self, interaction: discord.Interaction, _: discord.ui.Button[Any]) -> None:
        await interaction.response.edit_message(content="changed", view=None)


@app_commands.command(name="ask", description="Ask")
async def _ask(interaction: discord.Interaction, question: str, private: bool = False) -> None:
    await interaction.response.defer(ephemeral=private, thinking=True)
    await interaction.followup.send(f"to {question}", view=_Buttons())
    await interaction.edit_original_response(content=f"to {question}: yes")


@app_commands.context_menu(name="About")
async def _about(interaction: discord.Interaction, message: discord.Message) -> None:
    await interaction.response.send_message(f"about {message.content}")
    thread = await (await interaction.original_response()).create_thread(name="More")
    await thread.send("here", file=discord.File(__file__, "it.txt"))


_group = app_commands.Group(
    name="paper", description="Paper", default_permissions=discord.Permissions(manage_guild=True)
)


@_group.command(name="remove", description="Remove")
async def _remove(
    interaction: discord.Interaction, name: str, channel: discord.TextChannel | None = None
) -> None:
    await interaction.response.send_message(f"removed {name} from {channel}")


@_remove.autocomplete("name")
async def _names(_: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name=current + "!", value=current)]


@pytest.fixture(autouse=True)
def server(socket_enabled: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[DiscordServer]:
    with running(heartbeat=0.05) as server:
        monkeypatch.setattr(discord.http.Route, "BASE", server.settings["DISCORD_API"])
        gateway = yarl.URL(server.settings["DISCORD_GATEWAY"])
        monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", gateway)
        yield server
        if known := description():
            assert known.problems(server.exchanges) == []


@asynccontextmanager
async def connected(server: DiscordServer) -> AsyncIterator[SmallBot]:
    async with SmallBot() as bot:
        running_bot = asyncio.create_task(bot.start(server.settings["DISCORD_TOKEN"]))
        await bot_does(server.until, server.is_ready)
        await bot.wait_until_ready()
        yield bot
    running_bot.cancel()


bot_does = asyncio.to_thread


async def test_a_deferred_answer_is_filled_in_and_edited(server: DiscordServer) -> None:
    async with connected(server):
        asked = await bot_does(server.slash, "ask", question="is it?", private=True)
        await bot_does(server.until, lambda: asked.original and len(asked.original.versions) == 3)
        assert asked.original
        assert [text for _, text in asked.original.versions] == ["", "to is it?", "to is it?: yes"]
        assert asked.private and asked.original.only_for is server.reader
        assert asked.followups == [] and server.general.sent == []
        assert list(asked.original.buttons) == ["More", "Why", "Change"]


async def test_buttons_forms_menus_and_choices(server: DiscordServer) -> None:
    async with connected(server):
        said = await bot_does(server.says, "The ferry sails again.")
        about = await bot_does(server.menu, "About", said)
        await bot_does(server.until, lambda: about.original and about.original.thread)
        assert about.original and about.original.content == "about The ferry sails again."
        sent = await bot_does(
            server.message_where, lambda m: m.content == "here", about.original.thread
        )
        assert sent.attachments[0]["filename"] == "it.txt"

        asked = await bot_does(server.slash, "ask", question="q")
        await bot_does(server.until, lambda: asked.original and asked.original.components)
        assert asked.original
        more = await bot_does(server.clicks, asked.original, "More")
        await bot_does(server.until, lambda: more.answered)
        assert [(m.content, m.only_for) for m in more.answers] == [("more", server.reader)]
        why = await bot_does(server.clicks, asked.original, "why")
        form = await bot_does(server.submits, why, reason="I say so")
        await bot_does(server.until, lambda: form.answered)
        assert [m.content for m in form.answers] == ["because I say so"]
        change = await bot_does(server.clicks, asked.original, "Change")
        await bot_does(server.until, lambda: change.answered)
        assert (asked.original.content, asked.original.buttons) == ("changed", {})

        offered = await bot_does(server.completes, "paper remove", "name", "fer")
        assert offered == [{"name": "fer!", "value": "fer"}]
        removed = await bot_does(
            server.slash, "paper remove", name="ferry", channel_=server.general
        )
        await bot_does(server.until, lambda: removed.answers)
        assert removed.answers[0].content == "removed ferry from general"


async def test_without_the_privileged_intent_only_what_is_meant_for_the_bot_is_read(
    server: DiscordServer,
) -> None:
    async with connected(server):
        await bot_does(server.says, "among ourselves")
        said = await bot_does(server.says, f"{server.bot.mention} hello")
        heard = await bot_does(server.message_where, lambda m: m.reference is said)
        assert heard.content == f"heard: {server.bot.mention} hello" and not heard.pings
        again = await bot_does(server.says, "and now?", reply_to=heard)
        await bot_does(server.message_where, lambda m: m.reference is again)
        await bot_does(server.says, "not to you", reply_to=heard, ping=False)
        private = server.world.dm(server.reader)
        await bot_does(server.says, "psst", channel=private)
        await bot_does(server.message_where, lambda m: m.content == "heard: psst", private)
        assert [m.content for m in server.general.sent if m.author is server.bot] == [
            f"heard: {server.bot.mention} hello",
            "heard: and now?",
        ]


@pytest.mark.parametrize("bad_day", ["4000", "4009", "op 7", "op 9", "reset"])
async def test_what_was_missed_is_heard_on_resume(server: DiscordServer, bad_day: str) -> None:
    async with connected(server) as bot:
        first = await bot_does(server.slash, "ask", question="before")
        if bad_day.isdigit():
            await bot_does(server.drops, int(bad_day))
        elif bad_day == "op 7":
            await bot_does(server.op7)
        elif bad_day == "op 9":
            await bot_does(server.op9, True)
        else:
            await bot_does(server.resets)
        second = await bot_does(server.slash, "ask", question="after")
        for asked in (first, second):
            await bot_does(server.until, lambda asked=asked: asked.answered)
        await bot_does(server.until, lambda: bot.resumed == 1 and server.gateway.resumed)
        assert [op for _, op in server.gateway.heard if op in (2, 6)] == [2, 6]


async def test_a_session_that_is_over_is_begun_anew(server: DiscordServer) -> None:
    async with connected(server):
        await bot_does(server.op9, False)
        await bot_does(
            server.until, lambda: [op for _, op in server.gateway.heard if op in (2, 6)] == [2, 2]
        )
        asked = await bot_does(server.slash, "ask", question="again")
        await bot_does(server.until, lambda: asked.answered)


@pytest.mark.parametrize("code", [4004, 4014])
async def test_a_connection_that_is_refused(server: DiscordServer, code: int) -> None:
    server.refuses(code)
    refused = discord.PrivilegedIntentsRequired if code == 4014 else discord.ConnectionClosed
    async with SmallBot() as bot:
        with pytest.raises(refused):
            await bot.start(server.settings["DISCORD_TOKEN"])


async def test_a_privileged_intent_must_have_been_granted(server: DiscordServer) -> None:
    async with SmallBot() as bot:
        bot.intents.message_content = True
        bot._connection._intents.message_content = True
        with pytest.raises(discord.PrivilegedIntentsRequired):
            await bot.start(server.settings["DISCORD_TOKEN"])


async def test_a_wrong_token(server: DiscordServer) -> None:
    async with SmallBot() as bot:
        with pytest.raises(discord.LoginFailure):
            await bot.start("another")


async def test_what_discord_refuses(server: DiscordServer) -> None:
    async with connected(server) as bot:
        channel = bot.get_channel(server.general.id)
        assert isinstance(channel, discord.TextChannel)

        async def refused(code: int, does: Any) -> None:
            with pytest.raises(discord.HTTPException) as refusal:
                await does
            assert refusal.value.code == code

        await refused(50035, channel.send("x" * 2001))
        await refused(50006, channel.send(""))
        await refused(50035, channel.send(embed=discord.Embed(description="x" * 4097)))
        await refused(50035, channel.send(embeds=[discord.Embed(description="x" * 3001)] * 2))
        server.forget()  # Discord's description does not take them either
        await refused(10003, bot.http.get_channel(1))
        await refused(10008, channel.fetch_message(1))
        said = await channel.send("hello", nonce=7, mention_author=False)
        await said.create_thread(name="one")
        await refused(160004, said.create_thread(name="two"))
        await bot_does(server.deletes, next(m for m in server.general.sent if m.id == said.id))
        await refused(10008, said.edit(content="gone"))
        await bot_does(server.forbids, Permission.SEND_MESSAGES)
        await refused(50013, channel.send("hello"))
        await bot_does(server.forbids, Permission.VIEW_CHANNEL)
        await refused(50001, channel.send("hello"))
        await bot_does(server.deletes, server.general)
        await refused(10003, channel.send("hello"))


async def test_mentions_count_where_they_are_allowed(server: DiscordServer) -> None:
    async with connected(server) as bot:
        channel = bot.get_channel(server.general.id)
        assert isinstance(channel, discord.TextChannel)
        text = f"@everyone {server.reader.mention}"
        await channel.send(text)
        await channel.send(text, allowed_mentions=discord.AllowedMentions.all())
        quiet, loud = server.general.sent
        assert not quiet.pings
        assert loud.mentions == [server.reader] and not loud.mention_everyone  # nobody let it
        server.guild.roles[server.guild.id].permissions |= Permission.MENTION_EVERYONE
        await channel.send(text, allowed_mentions=discord.AllowedMentions.all())
        assert server.general.sent[-1].mention_everyone


async def test_an_answer_that_got_lost_is_not_sent_twice(server: DiscordServer) -> None:
    async with connected(server) as bot:
        channel = bot.get_channel(server.general.id)
        assert isinstance(channel, discord.TextChannel)
        server.fails("POST", r"/channels/\d+/messages", 502, done=True)
        await channel.send("once", nonce=99)
        assert [m.content for m in server.general.sent] == ["once"]
        server.limits("POST", r"/channels/\d+/messages", 0.01)
        await channel.send("twice", nonce=100)
        assert [e.status for e in server.exchanges if e.path.endswith("/messages")] == [
            502, 200, 429, 200,
        ]  # fmt: skip


async def test_an_interaction_does_not_wait_for_ever(server: DiscordServer) -> None:
    async with connected(server):
        late = await bot_does(server.slash, "ask", question="late", age=4.0)
        path = f"/interactions/{late.id}/{late.token}/callback"
        refusal = await bot_does(
            server.until, lambda: [e for e in server.exchanges if e.path == path and e.status]
        )
        assert refusal[0].status == 404 and '"code": 10062' in refusal[0].answer
        server.fails("PATCH", r"/webhooks/.*", 0, pause=0.5)
        asked = await bot_does(server.slash, "ask", question="slow")
        await bot_does(server.until, lambda: asked.original and asked.original.content)
        server.later(900)
        lost = await bot_does(
            server.until, lambda: [e for e in server.exchanges if e.status == 401]
        )
        assert '"code": 50027' in lost[0].answer


async def test_heartbeats_tell_how_long_the_bot_stood_still(server: DiscordServer) -> None:
    async with connected(server):
        await asyncio.sleep(0.3)
        time.sleep(0.5)  # noqa: ASYNC251  (it is to stand still)
        await asyncio.sleep(0.3)
        assert max(server.heartbeat_gaps()) > 0.4


def test_what_does_not_fit_the_description_is_found(server: DiscordServer) -> None:
    known = description()
    if not known:
        pytest.skip("needs ../shared/discord")
    from tests.standins.discord_rest import Exchange

    def problems(method: str, path: str, body: Any, status: int, answer: str) -> list[str]:
        return known.problems([Exchange(method, path, body, 0.0, status, answer)])

    [line] = problems("POST", "/channels/1/messages", {"content": 7}, 403, "")
    assert "request" in line and "7 is not" in line
    [line] = problems("GET", "/users/@me", None, 200, '{"id": "1"}')
    assert "answer 200" in line
    [line] = problems("GET", "/users/@me/everything", None, 200, "{}")
    assert "no such endpoint" in line
