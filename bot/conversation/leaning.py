"""How a question leans on what was said before it, read off its words alone."""

import re

import numpy as np

from index.terms import terms_of_word
from index.words import Words

SAYS_LITTLE = 18.0
"""Below this sum of its words' idf, a question is taken to lean on the conversation."""
SAYS_NOTHING = 10.0
"""Below this sum, one that points back cannot be searched for by itself."""
SAYS_SOMETHING = 6.0
"""From this sum on, what stands before a pronoun is what it stands for."""
ALIKE = 0.3
"""From this cosine on, two texts are about the same matter."""
TELLING = 4.5
"""From this idf on, so are two texts that share a word."""
_WORD = re.compile(r"\w+")
_OPENING = re.compile(
    r"\W*(?:(?:and|but|or|so|then|also|what about|how about|what else|who else|yes|no|ok|okay"
    r"|i mean|i meant|why not|how so|tell me more)\b|why\W*$)",
    re.IGNORECASE,
)
_TIMES = (
    "second|minute|hour|day|week|weekend|month|year|season|summer|winter|spring|fall|autumn"
    "|morning|evening|century|decade|time"
)
_BEFORE = (
    "do|does|did|is|was|are|were|will|can|could|would|has|have|had|of|in|on|at|to|for|by|with|from"
    "|about|between|and|but|why|how|when|where|who|what"
)
_POINTING = re.compile(
    r"\b(?:he|she|it|they|him|hers?|his|its|them|theirs?|(?:him|her|it)self|themselves|else"
    r"|an?other|others?|ones?|same|instead|more about|there|too|again|latter|former|above)\b"
    rf"|(?:^|\b(?:{_BEFORE})\s+)(?:this|that|these|those|such)\b(?!\s+(?:{_TIMES})\b)",
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
"""Of which there are many, each with a name."""
_UNNAMED = re.compile(
    r"\b(?i:the|this|that)\s+(?:(?!(?:of|in|on|at|to|for|by|with|from|and|or|is|was|did|that"
    rf"|which|who)\b)[\w.-]+\s+){{0,2}}?(?:{'|'.join(_KINDS.split())})(?:['’]s)?"
    r"(?=\s*[?.,!]|\s+(?!(?:of|in|on|at|from|for|to|with|that|which|who|whose|where)\b)[a-z]|$)"
    rf"|(?:^|\b(?i:{_BEFORE})\s+)(?i:this|these|those)\s+"
    rf"(?!(?:{_TIMES}|{_BEFORE}|case|type|kind|sort|way)\b|\w+ed\b)\w+"
)


def leans(question: str, words: Words) -> bool:
    """Whether a question may well need the one before it, to point back or to say enough."""
    return points_back(question, words) or said(question, words) < SAYS_LITTLE


def points_back(question: str, words: Words) -> bool:
    """Whether it points to what was said before: “And he?”, “How many are there?”."""
    return bool(_OPENING.match(question)) or any(
        said(question[: pointer.start()], words) < SAYS_SOMETHING
        for pointer in _POINTING.finditer(question)
    )


def leaves_unnamed(question: str) -> bool:
    """Whether it speaks of “the country” or “this film” as if it were known which one."""
    return bool(_UNNAMED.search(question))


def said(text: str, words: Words) -> float:
    """How much a text says: the sum of its words' idf in English, in nats."""
    return sum(_idf(text, words).values())


def same_matter(text: str, other: str, words: Words) -> bool:
    """Whether two texts are about the same matter: they share a rare word, or are alike."""
    ours, theirs = _idf(text, words), _idf(other, words)
    if any(ours[term] >= TELLING for term in ours.keys() & theirs.keys()):
        return True
    a, b = (words.vectors(_WORD.findall(t.lower())).sum(axis=0) for t in (text, other))
    return bool(a @ b >= ALIKE * np.linalg.norm(a) * np.linalg.norm(b) > 0)


def _idf(text: str, words: Words) -> dict[str, float]:
    """The idf in English of every search term."""
    found = {word.lower() for word in _WORD.findall(text)}
    return {term: words.idf(word) for word in sorted(found) for term in terms_of_word(word)}
