"""What a message asks for, without the politeness around it: "hi! who won? thx" asks "who won?".

A message that is nothing but politeness and small talk asks for nothing; `talk` says what it is.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from bot.answer import Turn
from bot.conversation.message import Message
from bot.conversation.phrases import Entry, phrases

_NOISE = re.compile(
    r"<a?:\w+:\d+>|<@[!&]?\d+>|<#\d+>|<t:-?\d+(?::\w)?>"  # Discord's emoji, mentions, moments
    r"|</[\w' -]{1,98}:\d+>|<id:\w+>"  # and commands
    r"|(?<!\S):[a-z_][\w+-]+:(?!\S)"
    "|[\U0001f000-\U0001faff\u2600-\u27bf\u2b05-\u2b55\u231a-\u23ff\u203c\u2049\u3030\u303d]"
    "|[\ufe0f\u200d\u20e3\U000e0020-\U000e007f]"
    r"|(?<!\S)(?:[:;]['’]?-?[()DPpOo3/|*]+|=[()DP]+|<3+|\^_*\^|-_+-|[xX]D+)(?!\w)"
)


@dataclass(frozen=True, slots=True)
class Talk:
    """Small talk: its kind, a key of `talk` in the languages' files, and its language."""

    kind: str
    language: str


@dataclass(frozen=True, slots=True)
class Request:
    """A message's question as it would be asked plainly, and how long its answer may be.

    `text` is empty where nothing is asked; only then is there a `talk`.
    """

    text: str
    max_sentences: int | None = None
    talk: Talk | None = None


@lru_cache(maxsize=1_000)
def request_of(message: str) -> Request:
    """The message without what is no part of a question; remembered, as histories repeat."""
    text = spelled_out(without_noise(message))
    left_out: list[Entry] = []
    most: int | None = None
    while True:
        read = Message(text, phrases())
        kept = read.kept()
        left_out += read.left_out
        most = most if read.max_sentences is None else read.max_sentences
        if kept == text:
            return Request(text, most, None if text else _talk(left_out))
        text = kept


def asked_again(request: Request, history: Sequence[Turn]) -> Request:
    """The last question of the history, where a message only says how long its answer is to be.

    "In one sentence, please" and "shorter" are such messages.
    """
    if request.text or request.max_sentences is None:
        return request
    questions = (request_of(turn.content).text for turn in reversed(history) if turn.role == "user")
    last = next(filter(None, questions), "")
    return Request(last, request.max_sentences) if last else request


def cleaned(message: str) -> str:
    """The question in a message; empty where nothing is asked."""
    return request_of(message).text


def without_noise(message: str) -> str:
    """The message without emoji, Discord's own codes and blanks at the ends."""
    text = unicodedata.normalize("NFC", message)
    plain = _NOISE.sub(" ", text)
    return (text if plain == text else re.sub(r"[ \t]+", " ", plain)).strip()


def spelled_out(message: str) -> str:
    """The message with "u" and the like as the words they are typed for."""
    short, pattern = _short()
    return pattern.sub(lambda typed: short[typed[0]], message)


@cache
def _short() -> tuple[dict[str, str], re.Pattern[str]]:
    """What the words of all languages are typed for, and a pattern that finds them."""
    short = {typed: word for t in phrases().tables.values() for typed, word in t["short"].items()}
    return short, re.compile(rf"(?<![^\s(])(?:{'|'.join(short)})(?=$|[\s)?!,]|\.(?:\s|$))")


def _talk(left_out: Iterable[Entry]) -> Talk:
    """The small talk that says most; a bare "please" only wants attention."""
    kinds = [*phrases().tables["en"]["talk"]]
    spoken = [
        (kinds.index(entry.kind.removeprefix("talk.")), entry.language)
        for entry in left_out
        if entry.kind.startswith("talk.")
    ]
    if spoken:
        kind, language = min(spoken, key=lambda talk: talk[0])
        return Talk(kinds[kind], language)
    return Talk("attention", next((entry.language for entry in left_out), "en"))
