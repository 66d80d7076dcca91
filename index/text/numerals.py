"""Numbers in words and in figures: "seventy-five" is 75, and 3,000 "three thousand"."""

import re
from collections.abc import Iterator

_UP_TO_19 = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
sixteen seventeen eighteen nineteen
"""
_ONES = _UP_TO_19.split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000}
_LEAST = 2
"""From this number on: "one" is seldom a number."""

_WORDS = dict(enumerate(_ONES)) | {
    10 * ten + one: f"{name}-{_ONES[one]}" if one else name
    for ten, name in enumerate(_TENS, 2)
    for one in range(10)
}
_VALUES = {word.replace("-", " "): value for value, word in _WORDS.items()}
_SPELLED = re.compile(
    rf"\b(?P<small>(?:{'|'.join(_TENS)})[\s-](?:{'|'.join(_ONES[1:10])})|{'|'.join(_TENS)}"
    rf"|{'|'.join(reversed(_ONES))}|an?(?=\s(?:{'|'.join(_SCALES)})\b))"
    rf"(?:[\s-](?P<scale>{'|'.join(_SCALES)}))?\b",
    re.IGNORECASE,
)
_FIGURES = re.compile(r"(?<![\w.,:$£€-])(?:\d{1,3}(?:,\d{3})+|\d{1,7})(?![\w%]|[.,:-]\d)")
_LAST_YEAR = 2100
"""What has four figures and lies before is a year."""

Found = Iterator[tuple[int, int, list[str]]]


def figures_for(text: str) -> Found:
    """The numbers in words, each as `(start, end, figures)`."""
    for found in _SPELLED.finditer(text):
        small = re.sub(r"[\s-]", " ", found["small"].lower())
        value = _VALUES.get(small, 1) * _SCALES.get((found["scale"] or "").lower(), 1)
        if value >= _LEAST:
            yield found.start(), found.end(), _in_figures(value)


def words_for(text: str) -> Found:
    """The numbers in figures, each as `(start, end, words)`; years are left alone."""
    for found in _FIGURES.finditer(text):
        value = int(found[0].replace(",", ""))
        is_year = 1000 <= value < _LAST_YEAR and "," not in found[0]
        others = [] if is_year else [*_in_words(value), *_in_figures(value)]
        if value >= _LEAST and (others := [o for o in others if o != found[0]]):
            yield found.start(), found.end(), others


def _in_figures(value: int) -> list[str]:
    return [*dict.fromkeys([f"{value:,}", str(value)])]


def _in_words(value: int) -> list[str]:
    if value in _WORDS:
        return [_WORDS[value]]
    return [
        f"{_WORDS[value // scale]} {name}"
        for name, scale in _SCALES.items()
        if value % scale == 0 and value // scale in _WORDS
    ][-1:]
