"""The names and descriptions of commands in people's languages, as Discord's clients show them."""

import tomllib
from functools import cache
from importlib.resources import files

import discord
from discord import app_commands

Context = app_commands.TranslationContextTypes
NAMES = (
    app_commands.TranslationContextLocation.command_name,
    app_commands.TranslationContextLocation.group_name,
    app_commands.TranslationContextLocation.parameter_name,
)
"""What is typed after a slash; its keys in the file begin with one."""


class CommandTranslator(app_commands.Translator):
    """Translates commands into the languages of `command_texts.toml`."""

    async def translate(
        self, string: app_commands.locale_str, locale: discord.Locale, context: Context
    ) -> str | None:
        """Return the text in a language, None where English stays."""
        is_menu = isinstance(context.data, app_commands.ContextMenu)
        is_name = context.location in NAMES and not is_menu
        language = str(locale).split("-", maxsplit=1)[0]
        key = f"/{string.message}" if is_name else string.message
        return command_texts().get(key, {}).get(language)


@cache
def command_texts() -> dict[str, dict[str, str]]:
    """Return the texts by their English and their language."""
    file = files("bot.discord") / "command_texts.toml"
    return tomllib.loads(file.read_text("utf-8"))
