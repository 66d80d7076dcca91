"""Finds what a sentence's first pronoun refers to, if the sentences before it make that clear."""

import re
from collections.abc import Sequence

from bot.extraction.clause import listed

PRONOUN = re.compile(
    r"[\"“]?(?:(?:But|And|So|Yet|Then|Still|Now|Meanwhile,|However,|Instead,|Later,)\s)?"
    r"(?P<word>[Hh]e|[Ss]he|[Tt]hey|[Ii]t|[Tt]his|[Tt]hat|[Tt]hese|[Tt]hose|[Hh]is|[Hh]er|[Tt]heir|"
    r"[Ii]ts)(?:['’](?:s|d|ll|re|ve))?\b(?!-)"
)
_LATTER = re.compile(r"The (?:latter|former (?:is|was|has|had|will))\b")
_NO_POINTING = re.compile(
    r"(?:This|That|These|Those) (?:year|month|week|weekend|morning|afternoon|evening|time|summer|"
    r"winter|spring|autumn|fall|season|story|article|report|days|who|whose|with|in|of|on|at|from)\b"
)
_EMPTY_IT = re.compile(
    r"It(?:['’]s| (?:is|was|has been|had been|will be|would be|may be|might be|could be|remains|"
    r"remained|seems|seemed|appears|appeared|looks|turns out|turned out|takes|took))\b"
    r"(?:.{0,60}?\b(?:that|to|how|whether|why|when|if|what|who|for)\b| like| (?:unclear|unknown|"
    r"raining|snowing|cold|hot|dark|late|early|time|possible|likely|about time|not clear)\b| \d)"
)
_TITLES = listed(
    "President Vice Prime Minister Secretary General Sen Rep Gov Lt Mayor King Queen Princess Pope "
    "Prince Supervisor Member Councilman Councilwoman Assemblyman Commander Principal "
    "Superintendent And But Then So Yet "
    "Famous Dr Mr Mrs Ms Justice Judge Chief Coach Attorney Chairman Chairwoman Senator Governor "
    "Congressman Congresswoman Speaker Leader Ambassador Chancellor Director Commissioner Sheriff "
    "Officer Detective Captain Colonel Sgt Capt Col Gen Maj Adm Lord Lady Sir Dame Duke Duchess "
    "Professor Rev Bishop Archbishop Cardinal CEO Spokesman Spokeswoman President-elect spokesman "
    "spokeswoman spokesperson"
)
_NO_PERSON = listed(
    "House State States Korea University Court Department Party City County Street Union Nations "
    "Committee Ministry America Times Post News Press School Bank Company Inc Council League Cup "
    "Games Park Island Islands Republic Senate Congress Guard Force Forces Army Police Office "
    "Service Association Club Team Kingdom Zealand Lanka Africa Arabia Jersey York Carolina Dakota "
    "Virginia Mexico Hampshire Rico Texas East West North South Act Day Center Centre Hospital "
    "Museum Street Journal Awards Award Bowl Series Group Fund Foundation Institute Agency Bureau "
    "Administration Commission Board Security Health Nation Church College High Square Tower Hall "
    "Stadium Airport River Lake Mountain Valley Beach Road Avenue Bridge Democrats Republicans "
    "Democrat Republican Democratic Russian Ukrainian American British Chinese White Supreme "
    "Federal National International United World Super Black New The Los San Las Air Red Green "
    "Blue Great Grand Wall Big Twitter Facebook Google Apple Amazon Microsoft CNN NBC CBS ABC AP "
    "January February March April June July August September October November December Monday "
    "Tuesday Wednesday Thursday Friday Saturday Sunday Oscars Oscar Airlines Air Capitol Pentagon "
    "Kremlin Championship Open Finals Championships Olympics Christmas Live Street Show Prize "
    "Best Star Wars Media Social Network Studios Pictures Records Music Film Festival Tour"
)
_NAME = re.compile(
    r"(?:[A-Z][\w’'-]+|[A-Z]\.(?:[A-Z]\.)*)(?:\s(?:(?:de|da|di|del|van|von|bin|al|el|la|der|den)\s)?"
    r"(?:[A-Z][\w’'-]+|[A-Z]\.(?:[A-Z]\.)*))*"
)
_SUBJECT_GOES_ON = re.compile(
    r"(?:,| (?:said|says|told|added|was|is|has|had|did|will|would|also|who|and his|and her|[a-z]+s|"
    r"[a-z]+ed|won|made|took|went|came|became|began|gave|left|met|spoke|wrote|ran|held|led)\b)"
)
_SAID_AT_END = re.compile(
    rf",[”\"]\s(?:(?P<a>{_NAME.pattern}) (?:said|says|added|told|wrote)|"
    rf"(?:said|says|added) (?P<b>{_NAME.pattern}))(?=[.,]| on\b| in\b| during\b| at\b)"
)
_HIS = re.compile(r"\b(?:he|him|his|himself|man|father|son|husband|actor)\b", re.IGNORECASE)
_HER = re.compile(r"\b(?:she|her|hers|herself|woman|mother|daughter|wife|actress)\b", re.IGNORECASE)


def needs_antecedent(sentence: str) -> bool:
    """Whether a sentence begins with a word that points to what was said before."""
    if _LATTER.match(sentence):
        return True
    if not PRONOUN.match(sentence):
        return False
    plain = sentence.lstrip('"“')
    return not (_NO_POINTING.match(plain) or _EMPTY_IT.match(plain))


def antecedent(sentence: str, earlier: Sequence[str]) -> str | None:
    """The person that a sentence's first "He", "She", "His" or "Her" means, or None if unsure.

    `earlier` are the sentences of the article before it. Only the one before is read for the
    person, and more only where that one goes on about somebody in the same way.
    """
    pronoun = PRONOUN.match(sentence)
    if not pronoun or sentence[:1] in '"“' or not earlier:
        return None
    word = pronoun["word"].lower()
    if word not in ("he", "she", "his", "her"):
        return None
    person = _person_in(earlier[-1], earlier[:-1], male=word in ("he", "his"))
    if not person or person.split()[-1] in sentence:
        return None
    return person


def _person_in(sentence: str, earlier: Sequence[str], male: bool) -> str | None:
    """The only person in `sentence`, where that is its subject or speaker."""
    if (_HER if male else _HIS).search(sentence):
        return None
    known = _surnames([*earlier, sentence])
    name = _full_name(_subject(sentence), known)
    if not name:
        return None
    surname = name.split()[-1]
    others = {word for word in re.findall(r"[A-Z][\w’-]+", sentence) if word in known}
    return name if others <= {surname} and len(known[surname]) == 1 else None


def _subject(sentence: str) -> list[str]:
    """The name that begins a sentence as its subject, or that of the speaker at its end."""
    found = _NAME.match(sentence)
    if found and _SUBJECT_GOES_ON.match(sentence, found.end()):
        return _without_titles(found.group())
    said = _SAID_AT_END.search(sentence)
    return _without_titles(said["a"] or said["b"]) if said else []


def _without_titles(name: str) -> list[str]:
    """The words of a name after its titles; none where it is no person's."""
    words = name.split()
    titles = [place for place, word in enumerate(words) if word.rstrip(".") in _TITLES]
    words = words[titles[-1] + 1 :] if titles else words
    plain = all(
        word not in _NO_PERSON and not word.endswith(("'s", "’s", "-old")) for word in words
    )
    return words if plain and len(words) <= 4 else []


def _full_name(words: Sequence[str], known: dict[str, set[str]]) -> str | None:
    if len(words) > 1:
        return " ".join(words)
    full = known.get(words[0], set()) if words else set()
    return next(iter(full)) if len(full) == 1 else None


def _surnames(sentences: Sequence[str]) -> dict[str, set[str]]:
    """The full names in some sentences, by their last word."""
    known: dict[str, set[str]] = {}
    for sentence in sentences:
        for found in _NAME.finditer(sentence):
            words = _without_titles(found.group())
            if len(words) > 1:
                known.setdefault(words[-1], set()).add(" ".join(words))
    return known
