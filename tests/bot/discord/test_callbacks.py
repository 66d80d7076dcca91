"""The buttons below an answer; with the real bot."""

import sqlite3
from itertools import count
from pathlib import Path

import pytest

from bot.conversation.store import FILE
from bot.discord.i18n import translations_for
from tests.bot.discord.answers import answer_to
from tests.discord_bot import DiscordBot
from tests.standins.discord_interactions import Interaction
from tests.standins.discord_server import DiscordServer
from tests.standins.discord_world import Message, Permission, User

pytestmark = pytest.mark.enable_socket

SAY = translations_for("en")
QUOTES, AGAIN, SHARE = SAY("quotes"), SAY("ask_again"), SAY("share")
HAMM = "Who is the mayor of Hamm?"
WHICH = "Who is the mayor?"
_numbers = count(1)


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two towns with a bridge each."""
    folder = tmp_path_factory.mktemp("articles")
    for town, person in (("Hamm", "Ada Lind"), ("Ulm", "Bo Berg")):
        text = f"The bridge of {town} was opened on Monday. The mayor of {town} is {person}."
        (folder / f"{town}.txt").write_text(f"News from {town}\n\n{text}\n")
    return folder


@pytest.fixture(autouse=True)
def town_bot(stopped_bot: DiscordBot, articles: Path) -> DiscordBot:
    """The bot, which knows these articles."""
    if not stopped_bot.alive:
        stopped_bot.start("--articles", articles)
    return stopped_bot


@pytest.fixture
def asker(discord: DiscordServer) -> User:
    return discord.user(f"asker {next(_numbers)}")


def asks(discord: DiscordServer, asker: User, question: str, private: bool = False) -> Message:
    asked = discord.slash("ask", question=question, private=private, user=asker)
    return answer_to(discord, asked)


def private_line(discord: DiscordServer, pressed: Interaction) -> str:
    discord.until(lambda: pressed.answers and not pressed.answers[-1].loading)
    assert pressed.private
    return pressed.answers[-1].text


def bring_up_to_date(discord: DiscordServer, editor: User) -> None:
    discord.world.role(discord.guild, "Editors", Permission.MANAGE_GUILD, editor)
    done = discord.slash("dateline sync", user=editor)
    discord.until(lambda: [m for m in done.answers if m.text and not m.text.endswith("…")])


def test_an_unclear_question_goes_on_with_the_option_pressed(
    discord: DiscordServer, asker: User
) -> None:
    unclear = asks(discord, asker, WHICH)
    options = {label.split(" from ")[-1]: label for label in unclear.buttons if " from " in label}
    assert options.keys() == {"Hamm", "Ulm"}
    stranger = discord.clicks(unclear, options["Ulm"], discord.user("stranger"))
    assert private_line(discord, stranger) == SAY("not_yours")
    chosen = discord.clicks(unclear, options["Ulm"], asker)
    assert "Bo Berg" in answer_to(discord, chosen).text
    assert "Ada Lind" in asks(discord, asker, HAMM).text


def test_the_quotes_are_for_whoever_pressed(discord: DiscordServer, asker: User) -> None:
    answer = asks(discord, asker, HAMM)
    pressed = discord.clicks(answer, QUOTES, discord.user("reader of quotes"))
    quotes = private_line(discord, pressed)
    assert "The mayor of Hamm is Ada Lind." in quotes.split("\n> ")[1]
    assert "News from Hamm · Hamm.txt" in quotes


def test_a_quote_that_left_its_article_is_withdrawn(
    discord: DiscordServer, asker: User, articles: Path
) -> None:
    answer = asks(discord, asker, "Who is the mayor of Ulm?", private=True)
    assert "Bo Berg" in answer.text
    article = articles / "Ulm.txt"
    before = article.read_text()
    try:
        article.write_text(before.replace("Bo Berg", "Cy Clark"))
        bring_up_to_date(discord, asker)
        quotes = private_line(discord, discord.clicks(answer, QUOTES, asker))
        assert "Bo Berg" not in quotes
        assert SAY("withdrawn") in quotes
        shared = discord.clicks(answer, SHARE)
        told = discord.until(lambda: [m for m in shared.answers if m.text])
        assert [m.text for m in told if m.only_for is asker] == [SAY("outdated")]
    finally:
        article.write_text(before)
        bring_up_to_date(discord, asker)


def test_a_private_answer_is_shared_by_who_asked(discord: DiscordServer, asker: User) -> None:
    answer = asks(discord, asker, HAMM, private=True)
    shared = discord.clicks(answer, SHARE)
    public = answer_to(discord, shared)
    assert not public.only_for
    assert "Ada Lind" in public.text
    assert public.text.startswith(f"<@{asker.id}> asked: {HAMM}")
    assert not public.pings
    assert SHARE not in public.buttons
    quotes = discord.clicks(public, QUOTES, discord.user("reader of what is shared"))
    assert "Ada Lind" in private_line(discord, quotes)


def test_asking_again_is_offered_only_where_a_model_writes(
    discord: DiscordServer, asker: User
) -> None:
    assert AGAIN not in asks(discord, asker, HAMM).buttons


def test_whom_a_question_means_is_said_in_a_form(discord: DiscordServer, asker: User) -> None:
    unclear = asks(discord, asker, "Where is he the mayor?")
    assert SAY("whom") in unclear.text
    stranger = discord.clicks(unclear, SAY("say_whom"), discord.user("stranger to it"))
    assert private_line(discord, stranger) == SAY("not_yours")
    form = discord.clicks(unclear, SAY("say_whom"), asker)
    sent = discord.submits(form, meant="Ada Lind")
    assert "Ada Lind" in answer_to(discord, sent).text


def test_an_opinion_may_have_a_reason(
    discord: DiscordServer, asker: User, town_bot: DiscordBot
) -> None:
    answer = asks(discord, asker, HAMM)
    assert private_line(discord, discord.clicks(answer, "👍", asker)) == SAY("thanks")
    form = discord.clicks(answer, "👎", asker)
    sent = discord.submits(form, reason="It says nothing of the deputy.")
    assert private_line(discord, sent) == SAY("thanks")
    with sqlite3.connect(town_bot.store / FILE) as db:
        opinions = db.execute(
            "SELECT liked, reason FROM opinions WHERE person = ?", (asker.id,)
        ).fetchall()
    assert opinions == [(0, "It says nothing of the deputy.")]


def test_a_form_forged_for_a_private_answer_is_refused(
    discord: DiscordServer, asker: User, town_bot: DiscordBot
) -> None:
    answer = asks(discord, asker, HAMM, private=True)
    form = discord.clicks(answer, "👎", asker)
    forger = discord.user("forger of a reason")
    sent = discord.submits(form, forger, reason="Nonsense.")
    assert private_line(discord, sent) == SAY("not_yours")
    with sqlite3.connect(town_bot.store / FILE) as db:
        assert not db.execute("SELECT 1 FROM opinions WHERE person = ?", (forger.id,)).fetchall()


def test_a_form_forged_for_what_somebody_else_meant_is_refused(
    discord: DiscordServer, asker: User
) -> None:
    unclear = asks(discord, asker, "Where is he the mayor?")
    form = discord.clicks(unclear, SAY("say_whom"), asker)
    sent = discord.submits(form, discord.user("forger of a person"), meant="Ada Lind")
    assert private_line(discord, sent) == SAY("not_yours")


@pytest.mark.parametrize(
    "name",
    [
        "dateline:up:nothing-kept",
        "dateline:steal:x",
        "dateline:up:" + "x" * 60,
        "dateline:quote:x:12345",
        "dateline-watch:cancel:x",
        "dateline",
    ],
)
def test_a_forged_press_gets_a_private_word(discord: DiscordServer, asker: User, name: str) -> None:
    pressed = discord.forges(asks(discord, asker, HAMM), name, asker)
    assert private_line(discord, pressed) == SAY("not_kept")


def test_a_forged_press_for_quotes_where_there_are_none_gets_a_private_word(
    discord: DiscordServer, asker: User
) -> None:
    unclear = asks(discord, asker, WHICH)
    own = next(b for b in unclear.buttons.values() if ":option:" in b["custom_id"])
    record = own["custom_id"].split(":")[2]
    for name in (f"dateline:quotes:{record}", f"dateline:quote:{record}:7"):
        pressed = discord.forges(unclear, name, asker)
        assert private_line(discord, pressed) == SAY("not_kept")
