"""Whether words make a clause.

Rules find the finite verbs of English news, without a parser.
"""

import re
from collections.abc import Sequence
from enum import IntEnum
from functools import lru_cache
from importlib.resources import files

_MARKS = ' .,;:!?…"“”‘()[]*—–-'


def listed(words: str) -> frozenset[str]:
    """The words of a blank-separated list, with both kinds of apostrophe."""
    return frozenset([*words.split(), *words.replace("'", "’").split()])


_AUXILIARIES = listed(
    "am is are was were has have had do does did will would can could may might must shall should "
    "cannot ain't aren't can't couldn't didn't doesn't don't hadn't hasn't haven't isn't mustn't "
    "shouldn't wasn't weren't won't wouldn't i'm i've i'd i'll you're you've you'd you'll we're "
    "we've we'd we'll they're they've they'd they'll he's he'd he'll she's she'd she'll it's it'd "
    "it'll that's that'll there's here's what's who's where's how's let's said says "
    "I'm I've I'd I'll He's He'd He'll She's She'd She'll It's It'd It'll We're We've We'd We'll "
    "You're You've You'll They're They've They'd They'll That's There's Here's Let's Don't"
)
_ADVERBS = listed("also still often never always now then just only already once later")
_SUBJECTS = listed("i he she they we I He She They We It")
_CLEAR = _AUXILIARIES | _SUBJECTS
BEFORE_NOUN = listed(
    "a an the this these those my your his her its our their no any each every several many "
    "few most more another other such of in on at by for from with without to into onto "
    "over under about after before between against during through across near per than like as "
    "more less very last next new own including to"
)
_PLURAL_SUBJECTS = _ADVERBS | listed(
    "i we you they who that which people police men women children officials both many some most "
    "all others sometimes"
)
_NO_PAST = listed(
    "red bed hundred need speed indeed seed feed deed breed greed exceed proceed succeed united "
    "related based so-called sacred naked wicked beloved armed"
)
_ALMOST = listed("nearly about almost around more over a an half")
_BEFORE_ORDER = listed("To For Next Then If In When First Please Instead At On Otherwise And By So")
_RELATIVES = listed("who which whose whom")
_RELATIVES_AND_THAT = _RELATIVES | {"that"}
_SUBORDINATE = listed(
    "Because Although Unless Whereas What How Why Where Who Which If While When Though"
)
_SUBORDINATING = _RELATIVES | _SUBORDINATE | {"With"}
_ASKS = listed("how what why who where when which whose is are do does did can should will could")
_NO_PURPOSE = listed(
    "how what where when who whether things ways way reasons places time best need right set guide "
    "steps tips everything here's what's according due thanks back up it used able plans plan"
)
_SITE = re.compile(r"\s+[-|–—]\s+(?:[A-Z][\w.&']*\s?){1,4}$")
_LIST_TITLE = re.compile(
    r"(?:the )?(?:\d+|two|three|four|five|six|seven|eight|nine|ten|things|see|meet|watch|photos)"
    r"(?: [\w-]+){0,2}? (?:things?|ways|places|facts|takeaways|reasons|questions|how|where|to)\b"
    r"|.*\blive updates\b",
    re.IGNORECASE,
)
_SLUG = re.compile(r"\S*-\S*-\S*-\S*")


def words_of(text: str) -> list[str]:
    """The words of `text` without the marks around them."""
    return [token.strip(_MARKS) for token in text.split()]


class Form(IntEnum):
    """What form of a verb a word may be. Only FINITE is one at any place."""

    FINITE = 1
    THIRD = 2
    PAST = 3
    BASE = 4
    BASE_OR_NOUN = 5
    THIRD_OR_PLURAL = 6


_PRESENT = (Form.BASE, Form.THIRD, Form.THIRD_OR_PLURAL)


def is_clause(tokens: Sequence[str]) -> bool:
    """Whether words have a finite verb outside their relative clauses; marks may cling to them."""
    if not tokens:
        return False
    simple = _SUBORDINATING.isdisjoint(tokens) and not tokens[0].endswith("ing")
    if simple and not _CLEAR.isdisjoint(tokens):
        return True  # most sentences
    if tokens[0] == "With":  # its verb comes after a comma
        pauses = (place for place, token in enumerate(tokens, 1) if token.endswith(","))
        tokens = tokens[next(pauses, len(tokens)) :]
    return _has_main_verb(tokens, [token.strip(_MARKS) for token in tokens])


def _has_main_verb(tokens: Sequence[str], words: Sequence[str]) -> bool:
    skip = words[:1] != [] and words[0] in _SUBORDINATE and words[1:2] != ["of"]
    last = -1
    for place, word in enumerate(words):
        pause = place > 0 and tokens[place - 1].endswith(",")
        if pause and words[0] in _BEFORE_ORDER and word in forms():
            return True  # "For tickets, visit ..."
        if _begins_relative(words, place, pause):
            skip = True  # the next verb is not the sentence's
        elif _is_verb(words, place) or word in _SUBJECTS:
            chained = last == place - 1 >= 0 and words[last] in _AUXILIARIES
            if not skip and (pause or not chained):  # "that was sold" has one verb
                return True
            skip, last = word in _SUBJECTS, place
        elif tokens[place].endswith(",") and place:
            skip = False
    return False


def _begins_relative(words: Sequence[str], place: int, pause: bool) -> bool:
    """Whether a relative clause with a verb that is known begins at `place`."""
    word = words[place]
    if not place or (word == "that" and (pause or place == 1)) or word not in _RELATIVES_AND_THAT:
        return False
    after = words[place + 1 :]
    if word == "whose" or not after:
        return True
    adverb = after[0] in _ADVERBS or after[0].endswith("ly")
    return adverb or after[0].endswith("ed") or after[0] in forms()


def is_statement(title: str) -> bool:
    """Whether a title says something that can be quoted: "Argentina wins the World Cup"."""
    title = _SITE.sub("", title.strip())
    if title.endswith(("?", ":", "…", "...")) or len(title.split()) < 3:
        return False
    if _SLUG.match(title) or _LIST_TITLE.match(title):
        return False
    parts = [part.split() for part in re.split(r":\s|\s[-–—|]\s", title)]
    if any(part and part[0].lower() in _ASKS for part in parts):
        return False
    return any(_says(words_of(" ".join(part))) for part in parts if len(part) > 2)


def _says(words: list[str]) -> bool:
    """Whether part of a title has a verb after its subject."""
    small = [word.lower() for word in words]
    return any(_is_title_verb(words, small, place) for place in range(1, len(small)))


def _is_title_verb(words: Sequence[str], small: Sequence[str], place: int) -> bool:
    word, before, after = small[place], small[place - 1], small[place + 1 : place + 2]
    if word == "to":  # "Congress to vote on ..."
        purpose = before in _NO_PURPOSE or not words[place - 1][:1].isupper()
        return (
            not purpose and bool(after) and forms().get(after[0]) in (Form.BASE, Form.BASE_OR_NOUN)
        )
    form = None if before in _RELATIVES else forms().get(word)
    if form in (Form.THIRD_OR_PLURAL, Form.BASE_OR_NOUN) and not _takes_object(words[place + 1 :]):
        return False
    return (bool(form) or word.endswith("ed")) and _is_finite(small, place, form)


def _takes_object(after: Sequence[str]) -> bool:
    """Whether the word after a verb, if any, can begin its object."""
    if not after:
        return False
    small = after[0].lower()
    objects = ("a", "an", "the", "his", "her", "its", "their", "to", "that", "no", "it", "him")
    if small in objects or after[0][:1].isdigit() or after[0].startswith("$"):
        return True
    return after[0][:1].isupper() and small not in BEFORE_NOUN


def _is_finite(words: Sequence[str], place: int, form: Form | None) -> bool:
    """Whether the word at `place` is a finite verb, judged by the words beside it."""
    if form is Form.FINITE:
        return True
    if not place:  # "Take the road", "Report to the office"
        return form is Form.BASE or (form is Form.BASE_OR_NOUN and "".join(words[1:2]).islower())
    before = words[place - 1].lower()
    if form is Form.BASE_OR_NOUN:
        return _follows_plural(words, place, before)
    if form is Form.THIRD and before in ("this", "that"):
        return True
    if before in BEFORE_NOUN or before.endswith(("’s", "'s")) or words[place] in _NO_PAST:
        return False
    return form in _PRESENT or _is_past(words, place, before)


def _follows_plural(words: Sequence[str], place: int, before: str) -> bool:
    """Whether a word that may be a noun has a subject in the plural before it."""
    if place > 2 and words[place - 2] == "and":  # "Bowers and Fann issue a statement"
        names = words[place - 3][:1].isupper() and words[place - 1][:1].isupper()
        return names or (before not in BEFORE_NOUN and _takes_object(words[place + 1 :]))
    plural = before.endswith("s") and not before.endswith(("ss", "’s", "'s", "us", "is"))
    return plural or before in _PLURAL_SUBJECTS or before.endswith("ly")


def _is_past(words: Sequence[str], place: int, before: str) -> bool:
    """Whether a word that may be a participle is a past form."""
    if before.endswith("ly") and (place == 1 or words[place - 2].lower() in BEFORE_NOUN):
        return False  # "a badly damaged bridge"
    after = words[place + 1 : place + 3]
    return after[:1] != ["by"] or _is_amount(after[1:])  # "seen by many", "declined by 10%"


def _is_verb(words: Sequence[str], place: int) -> bool:
    word = words[place] if place else words[0].lower()
    form = forms().get(word)
    return (form is not None or word.endswith("ed")) and _is_finite(words, place, form)


def _is_amount(words: Sequence[str]) -> bool:
    return any(word[:1].isdigit() or word in _ALMOST for word in words)


@lru_cache(maxsize=1)
def forms() -> dict[str, Form]:
    """The forms of the verbs in `verbs.txt`; regular past forms are known by their ending."""
    text = files("bot.extraction").joinpath("verbs.txt").read_text(encoding="utf-8")
    parts = re.split(r"(?:^#.*\n)?^\[.*\]$", text, flags=re.MULTILINE)
    verbs, nouns, irregular = (part.split() for part in parts[1:])
    triples = [entry.split("/") for entry in irregular]
    forms = dict.fromkeys([*verbs, *(triple[0] for triple in triples)], Form.BASE)
    forms |= dict.fromkeys(nouns, Form.BASE_OR_NOUN)
    forms |= {_third_person(base): Form.THIRD for base in forms}
    forms |= {_third_person(noun): Form.THIRD_OR_PLURAL for noun in nouns}
    for base, past, *participle in triples:
        if past != base:  # alone it may be the participle, unless that differs
            forms[past] = Form.FINITE if participle else Form.PAST
    return forms | dict.fromkeys(_AUXILIARIES, Form.FINITE)


def _third_person(base: str) -> str:
    if re.search(r"[^aeiou]y$", base):
        return base[:-1] + "ies"
    return base + ("es" if base.endswith(("s", "sh", "ch", "x", "z", "o")) else "s")
