"""The bot's own words, in the languages it speaks: one file each in `languages/`.

What articles and answers say is not among them.
"""

import tomllib
from functools import cache
from importlib.resources import files

ENGLISH = "en"
_FOLDER = files("bot.discord") / "languages"


class Translations:
    """What the bot says in one language, by keys; `{…}` in it is filled in."""

    def __init__(self, language: str, phrases: dict[str, str]) -> None:
        self.language = language
        self.phrases = phrases

    def __call__(self, key: str, /, **values: object) -> str:
        """The phrase with this key, filled in."""
        return self.phrases[key].format(**values)


@cache
def languages() -> dict[str, str]:
    """The languages there are, by their codes, each named in itself."""
    codes = sorted(p.name.removesuffix(".toml") for p in _FOLDER.iterdir() if ".toml" in p.name)
    return {code: _spoken(code).phrases["language"] for code in codes}


def translations_for(locale: str | None) -> Translations:
    """The words in the language of a locale such as de or pt-BR; in English if there are none."""
    language = (locale or ENGLISH).split("-")[0].lower()
    return _spoken(language if language in languages() else ENGLISH)


@cache
def _spoken(language: str) -> Translations:
    return Translations(language, tomllib.loads((_FOLDER / f"{language}.toml").read_text("utf-8")))
