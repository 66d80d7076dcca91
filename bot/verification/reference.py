"""What a line refers to outside itself, and how its verbs are turned.

It knows nothing of claims.
"""

import re
from collections.abc import Sequence

from bot.verification.alignment import Line
from bot.verification.clauses import Sort, Token
from bot.verification.wording import listed, words_in

TITLES = words_in("title")
PRONOUNS = listed("he she they it him them his her their its")
_PEOPLE = listed("him them he she they")
_ROLE = re.compile(
    r"^(?:The|This|That|These|Those|Both) (?!\w+[’']s)(?:\w+ )?(?:company|firm|group|city|town|"
    r"village|country|nation|government|party|union|team|club|minister|president|mayor|senator|"
    r"storm|hurricane|man|woman|pair|couple|actor|actress|director|singer|author|player|athlete|"
    r"bank|school|university|hospital|museum|island|state|province|ministry|agency|attack|"
    r"earthquake|quake|fire|crash|ship|plane|whale|animal|bill|law|deal|treaty|trial|study|drug|"
    r"film|book|album|event|festival|bridge|river|strike|suspects?|victims?|officers?|two|three)\b"
)


def refers_back(line: Line) -> bool:
    """Whether a line speaks of somebody or something that a line before it names."""
    opening = [t.text.lower() for t in line.clauses.tokens[:4]]
    return (
        any(w in PRONOUNS for w in opening)
        or any(t.text.lower() in _PEOPLE for t in line.clauses.tokens)
        or bool(_ROLE.match(line.text))
    )


_BE = listed("is are was were be been being get gets got")


def is_passive(tokens: Sequence[Token], place: int) -> bool:
    """Whether the verb at `place` says what is done to its subject."""
    return _has_be(tokens, place) or by_whom(tokens, place) is not None


def by_whom(tokens: Sequence[Token], place: int) -> int | None:
    """The place of the "by" that says who does it."""
    reach = 8 if _has_be(tokens, place) else 2  # "protests by parents" says who protests
    after = range(place + 1, min(place + reach, len(tokens)))
    return next((j for j in after if tokens[j].text == "by"), None)


def _has_be(tokens: Sequence[Token], place: int) -> bool:
    small = [t.text.lower() for t in tokens[max(0, place - 3) : place] if t.sort is Sort.SMALL]
    return any(w in _BE for w in small)
