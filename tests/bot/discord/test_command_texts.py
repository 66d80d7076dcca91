"""What Discord's clients show of the commands, in each language."""

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import discord
import pytest
from discord import app_commands

from bot.discord.admin import Administration
from bot.discord.command_texts import CommandTranslator, command_texts
from bot.discord.commands import COMMANDS
from bot.discord.i18n import ENGLISH, languages, translations_for

MESSAGE_MENU = 3
NAME = re.compile(r"[-_'\w]{1,32}")
"""What Discord takes for the name of a command or an option."""
OTHERS = sorted(languages().keys() - {ENGLISH})


@pytest.fixture
def tree() -> app_commands.CommandTree[Any]:
    return app_commands.CommandTree(discord.Client(intents=discord.Intents.none()))


def parts(payload: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield payload
    for part in [*payload.get("options", []), *payload.get("choices", [])]:
        yield from parts(part)


async def test_every_description_is_in_every_language(tree: app_commands.CommandTree[Any]) -> None:
    said = set()
    for command in (*COMMANDS, Administration()):
        payload = await command.get_translated_payload(tree, CommandTranslator())
        for part in parts(payload):
            if part.get("description"):
                said.add(part["description"])
                shown = part["description_localizations"]
                assert all(0 < len(text) <= 100 for text in shown.values())
                assert {str(locale)[:2] for locale in shown} >= set(OTHERS)
            if part.get("type") == 3 and "options" not in part and "description" not in part:
                assert {str(locale).split("-")[0] for locale in part["name_localizations"]} >= set(
                    OTHERS
                )
    assert said <= command_texts().keys()


async def test_every_name_is_in_every_language_and_may_be_a_name(
    tree: app_commands.CommandTree[Any],
) -> None:
    top = [
        await command.get_translated_payload(tree, CommandTranslator())
        for command in (*COMMANDS, Administration())
    ]
    commands = [payload for payload in top if payload["type"] != MESSAGE_MENU]
    levels = [commands, *(part["options"] for each in commands for part in nested(each))]
    for level, language in product(levels, OTHERS):
        names = [translated(part, language) for part in level]
        assert len(set(names)) == len(names), names
        assert all(NAME.fullmatch(name) and name == name.lower() for name in names), names


def nested(payload: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if payload.get("options"):
        yield payload
        for part in payload["options"]:
            yield from nested(part)


def translated(part: dict[str, Any], language: str) -> str:
    names = {str(locale).split("-")[0]: name for locale, name in part["name_localizations"].items()}
    return str(names[language])


@pytest.mark.parametrize("language", OTHERS)
def test_what_the_bot_calls_its_commands_is_what_discord_shows(language: str) -> None:
    texts = command_texts()
    known = {texts[key][language] for key in texts if key.startswith("/")}
    said = " ".join(translations_for(language).phrases.values())
    for called in re.findall(r"`/([^`]+)`", said):
        assert set(called.split()) <= known, called


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated(language: str) -> None:
    assert all(texts.get(language) for texts in command_texts().values())
    shown = [texts[language] for key, texts in command_texts().items() if key[0] != "/"]
    assert len(set(shown)) == len(shown)
