"""What Discord's clients show of the commands, in each language."""

from collections.abc import Iterator
from typing import Any

import discord
import pytest
from discord import app_commands

from bot.discord.admin import Administration
from bot.discord.command_texts import CommandTranslator, command_texts
from bot.discord.commands import COMMANDS
from bot.discord.i18n import ENGLISH, languages

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


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated(language: str) -> None:
    assert all(texts.get(language) for texts in command_texts().values())
    assert len({texts[language] for texts in command_texts().values()}) == len(command_texts())
