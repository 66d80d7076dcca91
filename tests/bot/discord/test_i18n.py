import ast
from pathlib import Path
from string import Formatter

import pytest

import bot.discord
from bot.discord.i18n import languages, translations_for

ROOM = Path(bot.discord.__file__).parent


def placeholders(phrase: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(phrase) if name is not None}


def spoken() -> set[str]:
    """The keys of the phrases that the bot's code says."""
    nodes = (n for path in ROOM.glob("*.py") for n in ast.walk(ast.parse(path.read_text("utf-8"))))
    return {
        call.args[0].value
        for call in nodes
        if isinstance(call, ast.Call)
        and "words" in (getattr(call.func, "id", ""), getattr(call.func, "attr", ""))
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    }


def test_four_languages_name_themselves() -> None:
    named = {"de": "Deutsch", "en": "English", "es": "Español", "fr": "Français"}
    assert languages().items() >= named.items()


@pytest.mark.parametrize("language", sorted(languages()))
def test_every_language_says_the_same(language: str) -> None:
    english, other = translations_for("en").phrases, translations_for(language).phrases
    assert list(other) == list(english)
    for key, phrase in english.items():
        assert placeholders(other[key]) == placeholders(phrase), key
        assert other[key].strip(), key


def test_nothing_is_left_in_english() -> None:
    sentences = [{p for p in translations_for(c).phrases.values() if "." in p} for c in languages()]
    assert sum(map(len, sentences)) == len(set().union(*sentences))


def test_every_phrase_that_is_said_is_there() -> None:
    assert spoken() <= translations_for("en").phrases.keys()


@pytest.mark.parametrize(
    ("locale", "language"),
    [("de", "de"), ("en-GB", "en"), ("es-419", "es"), ("pt-BR", "en"), ("", "en"), (None, "en")],
)
def test_a_locale_finds_its_language(locale: str | None, language: str) -> None:
    assert translations_for(locale).language == language


def test_what_is_told_may_hold_braces() -> None:
    assert translations_for("en")("search_nothing", query="{0} {x}") == (
        "No results for “{0} {x}”. Try other words."
    )
