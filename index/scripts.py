"""Scripts that write no blanks between words, cut into pairs of letters that can be searched for.

Chinese, Japanese, Korean and Thai words are found by the pairs that they are made of, and short
words that only join others are left out.
"""

import re
from itertools import pairwise
from unicodedata import is_normalized, normalize

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff々〇"
KANA = "\u30a1-\u30fa\u30fc"
HIRAGANA = "\u3041-\u3096"
HANGUL = "\uac00-\ud7a3"
THAI = "\u0e01-\u0e3a\u0e40-\u0e4e"
UNSPACED = f"{HAN}{KANA}{HIRAGANA}{THAI}"
"""What is written without blanks."""

_ANY = re.compile(f"[{UNSPACED}{HANGUL}]")
_RUN = re.compile(f"[{HAN}]+|[{KANA}]+|[{HIRAGANA}]+|[{HANGUL}]+|[{THAI}]+")
_JOINING = re.compile(
    "为什么|為什麼|什么|什麼|多少|怎么|怎麼|怎样|如何|哪里|哪裡|哪儿|哪个|哪些|何时|谁|誰|吗|呢|吧"
    "|[的了是在和与與也被把就都而及]"
)
"""Chinese words that a question or sentence has whatever it is of."""
_PARTICLE = re.compile(
    "^[はがをにのともでへや]|(?:いくらですか|ですか|でした|ました|です|ます|いつ|どこ|だれ|なに|なぜ)"
)
_KOREAN_END = re.compile(
    "(?:은|는|이|가|을|를|의|에|에서|으로|로|와|과|도|인가요|입니까|이다|였다|이었다)$"
)
_ASKS_IN_KOREAN = frozenset(("누구", "언제", "어디", "무엇", "왜", "얼마", "어떻게"))


def composed(text: str) -> str:
    """`text` with each letter and its accents as one character (NFC)."""
    return text if text.isascii() or is_normalized("NFC", text) else normalize("NFC", text)


def searchable(text: str) -> str:
    """`text` as it is searched: letters whole, and what has no blanks as pairs of letters."""
    text = composed(text)
    if text.isascii() or not _ANY.search(text):
        return text
    return _RUN.sub(lambda run: f" {' '.join(_pairs(run.group()))} ", text)


def sizes(text: str) -> int:
    """The words of `text`; two letters of a script without blanks count as one."""
    if text.isascii():
        return len(text.split())
    letters = sum(1 for _ in re.finditer(f"[{UNSPACED}]", text))
    return len(re.sub(f"[{UNSPACED}]+", " ", text).split()) + (letters + 1) // 2


def _pairs(run: str) -> list[str]:
    if "가" <= run[0] <= "힣":
        return _of_korean(run)
    if "ぁ" <= run[0] <= "ゖ":
        parts = [part for part in _PARTICLE.split(run) if len(part) > 1]
    else:
        parts = _JOINING.split(run)
    return [pair for part in parts for pair in _of_letters(part)]


def _of_korean(run: str) -> list[str]:
    """A word without what is hung on it, as pairs."""
    stem = _KOREAN_END.sub("", run) if len(run) > 1 else run
    return [] if stem in _ASKS_IN_KOREAN else _of_letters(stem or run)


def _of_letters(part: str) -> list[str]:
    return [part] if len(part) == 1 else [a + b for a, b in pairwise(part)]
