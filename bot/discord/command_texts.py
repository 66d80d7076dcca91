"""The commands' descriptions in people's languages, as Discord's clients show them.

The commands keep their English names, by which the help and the docs call them.
"""

import tomllib
from functools import cache
from importlib.resources import files

import discord
from discord import app_commands

Context = app_commands.TranslationContextTypes
NAMED_ANYHOW = (
    app_commands.TranslationContextLocation.command_name,
    app_commands.TranslationContextLocation.group_name,
    app_commands.TranslationContextLocation.parameter_name,
)
"""What keeps its English name."""


class CommandTranslator(app_commands.Translator):
    """Says what commands do in the languages of `command_texts.toml`."""

    async def translate(
        self, string: app_commands.locale_str, locale: discord.Locale, context: Context
    ) -> str | None:
        """Return the text in a language, None where English stays."""
        is_menu = isinstance(context.data, app_commands.ContextMenu)
        if context.location in NAMED_ANYHOW and not is_menu:
            return None
        language = str(locale).split("-", maxsplit=1)[0]
        return command_texts().get(string.message, {}).get(language)


@cache
def command_texts() -> dict[str, dict[str, str]]:
    """Return the texts by their English and their language."""
    file = files("bot.discord") / "command_texts.toml"
    return tomllib.loads(file.read_text("utf-8"))
