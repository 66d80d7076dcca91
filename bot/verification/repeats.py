"""Whether a claim repeats a sentence nearly word for word, with nothing left out that matters."""

import re

from bot.verification.wording import listed

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?|%")
_MATTERS = listed(
    "no not never neither nor none without nobody nothing hardly barely scarcely unless if whether "
    "may might could would should can cannot must allegedly reportedly apparently supposedly "
    "perhaps possibly probably likely unlikely plans planned plan expects expected hopes hoped "
    "wants wanted said says say saying told tells claimed claims claim alleged alleges according "
    "believes believed thinks thought suggests suggested denied denies accused suspected reported "
    "reports estimates estimated warned warns argued argues asked only at least most nearly almost "
    "about around over under more less fewer up some few many all every each both half part first "
    "last until before after since former ex against although though despite while because when "
    "attempted tried threatened proposed"
)
"""A sentence without one of these may say something else than the sentence with it."""
MIN_WORDS = 4
"""A run of fewer words says nothing by itself."""


def repeats(claim: str, sentence: str) -> bool:
    """Return whether a claim is a sentence, or a run of its words, less one aside between commas.

    What is left out must hold no word that changes what the rest says.
    """
    said, held = _words(claim), _words(sentence)
    if len(said) < MIN_WORDS:
        return False
    return any(_is_run(said, kept, dropped) for kept, dropped in _shorter(sentence, held))


def _shorter(sentence: str, held: list[str]) -> list[tuple[list[str], list[str]]]:
    """The sentence's words, and the same less an aside; with each, the words of the aside."""
    asides = re.finditer(r", [^,]+,| \([^()]+\)", sentence)
    cut = [
        (_words(sentence[: a.start()] + " " + sentence[a.end() :]), _words(a[0])) for a in asides
    ]
    return [(held, []), *cut]


def _is_run(said: list[str], kept: list[str], dropped: list[str]) -> bool:
    n = len(said)
    starts = (k for k in range(len(kept) - n + 1) if kept[k : k + n] == said)
    return any(_MATTERS.isdisjoint([*kept[:k], *kept[k + n :], *dropped]) for k in starts)


def _words(text: str) -> list[str]:
    return [w.replace("’", "'").lower() for w in _WORD.findall(text)]
