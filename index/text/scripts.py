"""Scripts that write no blanks between words, cut into pairs of letters that can be searched for.

Chinese, Japanese, Korean and Thai words are found by the pairs that they are made of, and short
words that only join others are left out.
"""

import re
from collections.abc import Iterator
from itertools import pairwise, product
from unicodedata import is_normalized, normalize

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff々〇"
KANA = "\u30a1-\u30fa\u30fc"
HIRAGANA = "\u3041-\u3096"
HANGUL = "\uac00-\ud7a3"
THAI = "\u0e01-\u0e3a\u0e40-\u0e4e"
UNSPACED = f"{HAN}{KANA}{HIRAGANA}{THAI}"
"""What is written without blanks."""

_HAN_PAIR = re.compile(f"[{HAN}]{{2}}")
_ONE_LETTER = {"ae": "ä", "oe": "ö", "ue": "ü", "aa": "å"}
_TWO_LETTERS = re.compile("ae|oe|ue|aa", re.IGNORECASE)
_IN_TWO = {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"}
_ONE = re.compile("[äöüøå]", re.IGNORECASE)
_PLAIN = str.maketrans(
    {"ø": "o", "Ø": "O", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ł": "l", "Ł": "L"}
    | {"đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ß": "ss", "ı": "i"}
)
MOST_PLACES = 3
"""Pairs of letters in a word that are tried as one."""
_UNSPACED = re.compile(f"[{UNSPACED}]")
_ANY = re.compile(f"[{UNSPACED}{HANGUL}]")
_HANGUL = re.compile(f"[{HANGUL}]")
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


def other_letters(word: str) -> Iterator[str]:
    """The other ways to write a word: "Größl" for "Groessl", "Kjaer" for "Kjær", and back.

    What differs in accents alone, or in "ß" and "ss", is the same to a search as it is.
    """
    places = [*_TWO_LETTERS.finditer(word)][:MOST_PLACES]
    for which in product((False, True), repeat=len(places)):
        written, end = "", 0
        for place, changed in zip(places, which, strict=True):
            other = _ONE_LETTER[place.group().lower()]
            other = other.upper() if place.group()[0].isupper() else other
            written += word[end : place.start()] + (other if changed else place.group())
            end = place.end()
        if any(which):
            yield written + word[end:]
    if (plain := _ONE.sub(_as_two, word)) != word:
        yield plain


def _as_two(letter: re.Match[str]) -> str:
    two = _IN_TWO[letter.group().lower()]
    return two.capitalize() if letter.group().isupper() else two


def plain_letters(text: str) -> str:
    """`text` without the letters that are more than a letter with an accent: "Søren" is "Soren"."""
    return text if text.isascii() else text.translate(_PLAIN)


def is_pair(term: str) -> bool:
    """Whether a term is a pair of Chinese letters, each of which means something."""
    return len(term) == 2 and bool(_HAN_PAIR.match(term))


def sizes(text: str) -> int:
    """The words of `text`; two letters of a script without blanks count as one."""
    letters = 0 if text.isascii() else len(_UNSPACED.findall(text))
    if not letters:
        return len(text.split())
    others = _UNSPACED.sub(" ", text).split()
    return sum(any(map(str.isalnum, word)) for word in others) + (letters + 1) // 2


def hangul_pairs(text: str) -> int:
    """The pairs of Korean letters in `text`, as it has more of them in a word than others."""
    return 0 if text.isascii() else (len(_HANGUL.findall(text)) + 1) // 2


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
