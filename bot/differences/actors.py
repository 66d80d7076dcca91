"""Who does what a verb says, read off the names around it."""

from collections.abc import Sequence

from bot.differences.alignment import Aligner
from bot.differences.clauses import SPEECH
from bot.differences.tokens import Sort, Token
from bot.wording import listed, words_in

_TITLES = words_in("title")
_PRONOUNS = listed("he she they it him them his her their its")
_BE = listed("is are was were be been being get gets got")
_PAUSES = frozenset([",", ";", ":", "“", "”", '"', "—", "–", "(", ")"])
_RELATIVE = listed("who which whose where")
_COORDINATES = listed("; while whereas but and")


def doers(aligner: Aligner, tokens: Sequence[Token], place: int) -> list[Token]:
    """The names that may do what the verb at `place` says, or that it is done to by nobody."""
    if by := _by_whom(tokens, place):
        return aligner.names(tokens[by + 1 : by + 6])
    if tokens[place].text.lower() in SPEECH:
        found = aligner.names(_speaker(tokens, place))
        return [t for t in found if t.text.lower() not in _TITLES]
    cuts = [j for j in range(place) if tokens[j].text.lower() in _COORDINATES]
    own = aligner.names(tokens[cuts[-1] : place]) if cuts else []
    found = own or aligner.names(tokens[:place])
    return [t for t in found if t.text.lower() not in _TITLES]


def _by_whom(tokens: Sequence[Token], place: int) -> int | None:
    """The place of the "by" that says who does it."""
    small = [t.text.lower() for t in tokens[max(0, place - 3) : place] if t.sort is Sort.SMALL]
    reach = 8 if any(w in _BE for w in small) else 2  # "protests by parents" says who protests
    after = range(place + 1, min(place + reach, len(tokens)))
    return next((j for j in after if tokens[j].text == "by"), None)


def _speaker(tokens: Sequence[Token], place: int) -> list[Token]:
    """The words that are the subject of the verb of speech at `place`."""
    parts: list[list[Token]] = [[]]
    for token in reversed(tokens[:place]):
        if token.text in _PAUSES or token.text.lower() in _COORDINATES:
            parts.append([])
        else:
            parts[-1].insert(0, token)
    if any(t.text.lower() in _PRONOUNS for t in parts[0]):
        return []
    closed = not any(t.sort is not Sort.SMALL for t in parts[0])
    spoken = [
        part
        for part in parts
        if any(t.sort is not Sort.SMALL for t in part) and part[0].text.lower() not in _RELATIVE
    ]
    after = [*tokens[place + 1 : place + 6]]
    if any(t.text in ("”", '"') for t in tokens[max(0, place - 2) : place]):
        return after
    # "Ilse Brandt, a senator, said": both parts say who.
    return [t for part in spoken[: 2 if closed else 1] for t in part] or after
