"""Whether words make a clause. Rules find the finite verbs of English news, without a parser."""

import re
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")


def listed(words: str) -> frozenset[str]:
    """The words of a blank-separated list, with both kinds of apostrophe."""
    return frozenset([*words.split(), *words.replace("'", "’").split()])


_AUXILIARIES = listed(
    "am is are was were has have had do does did will would can could may might must shall should "
    "cannot ain't aren't can't couldn't didn't doesn't don't hadn't hasn't haven't isn't mustn't "
    "shouldn't wasn't weren't won't wouldn't i'm i've i'd i'll you're you've you'd you'll we're "
    "we've we'd we'll they're they've they'd they'll he's he'd he'll she's she'd she'll it's it'd "
    "it'll that's that'll there's here's what's who's where's how's let's said says"
)
_BEFORE_NOUN = listed(
    "a an the this these those my your his her its our their no any each every some several many "
    "few most more all both another other such of in on at by for from with without to into onto "
    "over under about after before between against during through across near per than like as "
    "more less very first last next new own two three four five six seven eight nine ten hundreds "
    "including recently newly highly"
)
_PLURAL_SUBJECTS = listed(
    "i we you they who that which people police men women children officials both many some most "
    "all others also still often never always now then usually sometimes typically only"
)
_NO_PAST = listed(
    "red bed hundred need speed indeed seed feed deed breed greed exceed proceed succeed united "
    "related based so-called sacred naked wicked beloved armed"
)
_RELATIVES = listed("who which whose whom")
_SUBORDINATE = listed("because although unless whereas")
_ASKS = listed("how what why who where when which whose is are do does did can should will could")
_NO_PURPOSE = listed(
    "how what where when who whether things ways way reasons places time best need right set guide "
    "steps tips everything here's what's according due thanks back up it used able plans plan"
)
_OFTEN_NOUNS = listed(
    "talks plans calls reports claims moves attacks strikes protests votes results rates shares "
    "costs states forces sanctions awards highlights looks tests cases rules orders deals visits "
    "names works records questions answers fires shows plays games runs hits goals hopes concerns "
    "fears threats demands offers changes cuts rises falls wins losses returns leads stands ends "
    "deaths cuts picks trends views guides lives leaves pictures videos updates stars points "
    "parties heads notes signs efforts reviews issues markets charges"
)
_SITE = re.compile(r"\s+[-|–—]\s+(?:[A-Z][\w.&']*\s?){1,4}$")
_SLUG = re.compile(r"\S*-\S*-\S*-\S*")


class Verbs(NamedTuple):
    """Verb forms: those always finite, and those that may be something else."""

    finite: frozenset[str]
    base: frozenset[str]
    third: frozenset[str]
    past: frozenset[str]


def finite_verbs(words: Sequence[str]) -> int:
    """How many finite verbs `words` seem to have; a word that may be a noun counts by its place."""
    verbs = _verbs()
    return sum(_is_finite(words, place, verbs) for place in range(len(words)))


def is_clause(words: Sequence[str]) -> bool:
    """Whether `words` have a finite verb outside their relative clauses."""
    if not words:
        return False
    needed = 1 + sum(word in _RELATIVES for word in words[1:])
    needed += words[0].lower() in _SUBORDINATE
    finite = _verbs().finite
    return sum(word in finite for word in words) >= needed or finite_verbs(words) >= needed


def is_statement(title: str) -> bool:
    """Whether a title says something that can be quoted: "Argentina wins the World Cup"."""
    title = _SITE.sub("", title.strip())
    if title.endswith(("?", ":", "…", "...")) or _SLUG.match(title) or len(title.split()) < 3:
        return False
    parts = [part.split() for part in re.split(r":\s|\s[-–—|]\s", title)]
    if any(part and part[0].lower() in _ASKS for part in parts):
        return False
    return any(_says(WORD.findall(" ".join(part))) for part in parts)


def _says(words: list[str]) -> bool:
    verbs = _verbs()
    small = [word.lower() for word in words]
    for place, word in enumerate(small):
        if not place:
            continue
        if word == "to" and place + 1 < len(small):
            if small[place + 1] in verbs.base and small[place - 1] not in _NO_PURPOSE:
                return words[place - 1][0].isupper()
        elif word in _OFTEN_NOUNS:
            if _takes_object(words[place + 1 : place + 2]) and small[place - 1] not in _BEFORE_NOUN:
                return True
        elif _is_finite(small, place, verbs):
            return True
    return False


def _takes_object(after: Sequence[str]) -> bool:
    """Whether the word after a verb, if any, can begin its object."""
    if not after:
        return False
    small = after[0].lower()
    objects = ("a", "an", "the", "his", "her", "its", "their", "to", "that", "no", "it", "him")
    return small in objects or (after[0][0].isupper() and small not in _BEFORE_NOUN)


def _is_finite(words: Sequence[str], place: int, verbs: Verbs) -> bool:
    word = words[place] if place else words[0].lower()
    if word in verbs.finite:
        return True
    before = words[place - 1].lower() if place else ""
    if word in verbs.third:
        return bool(place) and before not in _BEFORE_NOUN and not before.endswith(("’s", "'s"))
    if word in verbs.past or (word.endswith("ed") and word not in _NO_PAST):
        return _is_past(words, place, before)
    if word in verbs.base:
        return not place or before in _PLURAL_SUBJECTS or _is_plural(before)
    return False


def _is_past(words: Sequence[str], place: int, before: str) -> bool:
    if not place or before in _BEFORE_NOUN or before.endswith(("’s", "'s")):
        return False
    return words[place + 1 : place + 2] != ["by"]


def _is_plural(word: str) -> bool:
    return word.endswith("s") and not word.endswith(("ss", "’s", "'s", "us", "is"))


@lru_cache(maxsize=1)
def _verbs() -> Verbs:
    """The forms of the verbs in `verbs.txt`."""
    text = files("bot.extraction").joinpath("verbs.txt").read_text(encoding="utf-8")
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    regular, irregular = (part.split() for part in lines.split("[regular]")[1].split("[irregular]"))
    forms = [entry.split("/") for entry in irregular]
    base = [*regular, *(form[0] for form in forms)]
    distinct = {f[1] for f in forms if len(f) == 3}
    past = {f[1] for f in forms if len(f) == 2}
    return Verbs(
        _AUXILIARIES | distinct,
        frozenset(base),
        frozenset(map(_third_person, base)),
        frozenset(past),
    )


def _third_person(base: str) -> str:
    if re.search(r"[^aeiou]y$", base):
        return base[:-1] + "ies"
    return base + ("es" if base.endswith(("s", "sh", "ch", "x", "z", "o")) else "s")
