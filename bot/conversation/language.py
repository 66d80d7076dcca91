"""Tells whether a question is written in English, by its commonest words and its letters."""

import re
import unicodedata

_WORD = re.compile(r"[^\W\d_]+")
_COMMON = {
    "en": "the a an of in on at to for is are was were did does do what who when where why how "
    "which and or any about",
    "de": "der die das ein eine den dem des und ist sind war waren wer was wann wo warum wie "
    "welche hat haben von zu mit im am über gibt nicht",
    "fr": "le la les un une des du de et est sont était qui que quoi quand où pourquoi comment "
    "quel quelle quels a ont dans sur avec pour il elle au aux pas",
    "es": "el la los las un una de del y es son fue fueron quién qué cuándo dónde por cómo cuál "
    "cuántos ha han en con para no al",
}
_COMMON_WORDS = {language: frozenset(words.split()) for language, words in _COMMON.items()}


def is_english(text: str) -> bool:
    """Return whether a text may be English; a few words that could be of any language may."""
    words = [w.lower() for w in _WORD.findall(text)]
    if any("LATIN" not in unicodedata.name(w[0], "LATIN") for w in words):
        return False
    hits = {language: sum(w in known for w in words) for language, known in _COMMON_WORDS.items()}
    return hits["en"] >= max(hits.values())
