"""Tells a follow-up, which needs the turns before it, from a question that needs none of them.

It reads the question's own words and how rare they are in English, never the articles.
"""

import re

import numpy as np

from index.embedding.similarity import Words
from index.text.analyzer import terms_of_word

ALIKE = 0.2
"""Two texts have one topic from this cosine on."""
SHARED = 4.0
"""Two texts have one topic when the words they share have this idf in all."""
_NOTHING = 3.5
"""A question that says less than this asks about the turn before it."""
_NAMES_IT = 7.5
"""A sentence that says this much can name what it asks about without a capital."""
_KEYWORDS = 14.0
"""Keywords that say this much are a search of their own."""
_ANTECEDENT = 6.0
"""The words before a pronoun must say this much to be what the pronoun means."""
_ADVERBS = ("again", "too", "instead")
_NAMED_AT_LEAST = 2
"""Telling words before "again" that name what does it again."""
_NOUN = 4.4
"""One of these words at least must be as rare as this."""
_WORD = re.compile(r"\w+")
_OPENING = re.compile(
    r"\W*(?:(?:and|but|or|so|then|also|what about|how about|what else|who else|yes|no|ok|okay"
    r"|i mean|i meant|tell me more)\b[\s,.:…-]*)+",
    re.IGNORECASE,
)
_BARE = re.compile(r"\W*(?:(?:who|what|when|where|why|how|which)(?: not| so| exactly)?)?\W*", re.I)
_CLAUSE = re.compile(
    r"\b(?:is|are|was|were|am|be|been|do|does|did|has|have|had|will|would|can|could|shall|should"
    r"|may|might|must)\b|\w(?:n['’]t|['’](?:s|re|ve|ll|d))\s|^\W*(?:who|what|which|how (?:many|much"
    r"))\s+\w+\s+\w+|^\W*(?:tell|show|give|list|explain|describe|compare|summari[sz]e)\b|[.!]\s*$",
    re.IGNORECASE,
)
_NAME = re.compile(r"\b(?!I\b)[A-Z]\w*")
_ASIDE = re.compile(r"\W*(?:in|from|for|to|by|with|on|at|of|about|between|until|since)\b", re.I)
_TIMES = (
    "second|minute|hour|day|week|weekend|month|year|season|summer|winter|spring|fall|autumn"
    "|morning|evening|century|decade|time"
)
_BEFORE = (
    "do|does|did|is|was|are|were|will|can|could|would|has|have|had|of|in|on|at|to|for|by|with|from"
    "|about|between|and|but|why|how|when|where|who|what"
)
_THERE = r"(?<!is )(?<!are )(?<!was )(?<!were )there(?!\s+(?:is|are|was|were)\b)"
_POINTING = re.compile(
    r"\b(?:he|she|it|they|him|hers?|his|its|them|theirs?|(?:him|her|it)self|themselves|else"
    rf"|an?other|others?|ones?|same|instead|more about|{_THERE}|too|again"
    r"|latter|former|above)\b|\bthe (?:last|first|next|previous) (?:one|time)\W*$"
    rf"|(?:^|\b(?:{_BEFORE})\s+)(?:this|that|these|those|such)\b(?!\s+(?:{_TIMES})\b)",
    re.IGNORECASE,
)
_THAT_ONE = re.compile(
    r"\b(?:this|that|these|those|such)\s+(?!(?:is|are|was|were|do|does|did|has|have|had|will|would"
    rf"|can|could|i|you|we|they|he|she|it|the|an?|there|{_TIMES})\b)\w+",
    re.IGNORECASE,
)
_KINDS = """
actor actress animal airport airline album artist athlete association author band bank battle bill
bird book bridge building camp car case castle chain champion church city club coach college
committee company country county court department director disease district drug earthquake
election event exhibition festival film fire firm flag fund game governor group hospital hotel
house hurricane institute island judge lake language law leader library loan magazine man mayor
minister mountain movie museum nation neighborhood novel organization organisation park party
player poem port president priest prince princess prison product professor programme program
queen king region religion restaurant river road school scientist sea senator series ship
singer song species sport stadium star state station storm store team temple theater theatre town
tree trial university village virus volcano war woman writer zoo
"""
"""There are many of each, and each has a name."""
_UNNAMED = re.compile(
    r"\b(?i:the|this|that)\s+(?:(?!(?:of|in|on|at|to|for|by|with|from|and|or|is|was|did|that"
    rf"|which|who)\b)[\w.-]+\s+){{0,2}}?(?:{'|'.join(_KINDS.split())})(?:['’]s)?"
    r"(?=\s*[?.,!]|\s+(?!(?:of|in|on|at|from|for|to|with|that|which|who|whose|where)\b)[a-z]|$)"
    rf"|(?:^|\b(?i:{_BEFORE})\s+)(?i:this|these|those)\s+"
    rf"(?!(?:{_TIMES}|{_BEFORE}|case|type|kind|sort|way)\b|\w+ed\b)\w+"
)


def is_followup(question: str, words: Words) -> bool:
    """Tell whether a question cannot be understood without the turn before it."""
    if points_back(question, words):
        return True
    opening = _OPENING.match(question)
    rest = question[opening.end() :] if opening else question
    says = informativeness(rest, words)
    if says < _NOTHING:
        return not names_something(rest)
    if _CLAUSE.search(rest):
        return False
    return bool(opening or _ASIDE.match(rest)) and says < _KEYWORDS


def is_complete(question: str, words: Words) -> bool:
    """Tell whether a question is a sentence that names what it asks about."""
    if is_followup(question, words):
        return False
    says = informativeness(question, words)
    if not _CLAUSE.search(question):
        return says >= _KEYWORDS
    return says >= _NAMES_IT or names_something(question)


def is_sentence(question: str) -> bool:
    """Tell whether a question has a verb, as far as its form shows it."""
    return bool(_CLAUSE.search(question))


def points_back(question: str, words: Words) -> bool:
    """Tell whether a question points at an earlier turn: “And he?”, “How many are there?”."""
    if _BARE.fullmatch(question):
        return True
    return any(
        not _can_be_meant(before, words) and not _says_again(pointer, before, words)
        for pointer in _POINTING.finditer(question)
        for before in [question[: pointer.start()]]
    )


def _says_again(pointer: re.Match[str], before: str, words: Words) -> bool:
    """Tell whether “again” or “too” is of what the words before it name: “the shop opens again”."""
    return pointer.group().lower() in _ADVERBS and len(_idf(before, words)) >= _NAMED_AT_LEAST


def _can_be_meant(before: str, words: Words) -> bool:
    """Tell whether the words before a pronoun say what it means."""
    weights = _idf(before, words).values()
    return names_something(before) or (sum(weights) >= _ANTECEDENT and max(weights) >= _NOUN)


def hints_back(question: str) -> bool:
    """Tell whether a question may go on from the turn before: “So …”, “… that bridge”."""
    return bool(_OPENING.match(question) or _THAT_ONE.search(question))


def leaves_unnamed(question: str) -> bool:
    """Tell whether it speaks of “the country” or “this film” as if everybody knew which one."""
    return bool(_UNNAMED.search(question))


def names_something(question: str) -> bool:
    """Tell whether a question has a name in it, as far as capitals show it."""
    return bool(_NAME.search(question.strip(), 1))


def informativeness(text: str, words: Words) -> float:
    """Sum the idf in English of the words of a text, in nats."""
    return sum(_idf(text, words).values())


def same_topic(text: str, other: str, words: Words) -> bool:
    """Tell whether two texts have one topic: they share words that say enough, or are alike."""
    ours, theirs = _idf(text, words), _idf(other, words)
    if sum(ours[term] for term in ours.keys() & theirs.keys()) >= SHARED:
        return True
    a, b = (words.vectors(_telling(t)).sum(axis=0) for t in (text, other))
    return bool(a @ b >= ALIKE * np.linalg.norm(a) * np.linalg.norm(b) > 0)


def _telling(text: str) -> list[str]:
    """Return the words that are searched for, in order."""
    return [word for word in _WORD.findall(text.lower()) if terms_of_word(word)]


def _idf(text: str, words: Words) -> dict[str, float]:
    """Map every search term to its idf in English."""
    found = sorted({*_telling(text)})
    return {term: words.idf(word) for word in found for term in terms_of_word(word)}
