"""Sentences of a draft that say what the passages do not hold.

They are known by their form alone; whether it is true is not for this file to tell.
"""

import re

_HELD = (
    r"(?:the |these |those |your |any of the |both )?(?:\w+ed |\w+able |given |above )?"
    r"(?:passages?|articles?|excerpts?|documents?|context|texts?|sources|materials?)"
    r"(?: (?:provided|given|available|above|supplied|here))?"
)
_TELL = (
    r"(?:mention|say|state|specify|contain|provide|include|give|reveal|indicate|address|discuss|"
    r"cover|answer|report|describe|explain|offer|disclose|hold|tell|show|name|identify|clarify|"
    r"confirm|have|make clear)s?"
)
_KNOWN = (
    r"(?:mentioned|specified|stated|given|provided|named|said|reported|discussed|covered|clear|"
    r"known|disclosed|addressed|described|available|found|explained)"
)
_NEWS = r"(?:information|mention|details?|indication|answer|data|evidence|reference)"
_ABSENCE = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:the|these|those|your|both|all) (?:\w+ed |\w+able |given |above )?(?:passages?|"
        rf"articles?|excerpts?|documents?|context|texts|sources)(?: \w+ed)? (?:do(?:es)? not|"
        rf"did not|don['’]t|doesn['’]t|cannot|never) (?:\w+ly )?{_TELL}\b(?P<missing>.*)",
        rf"\b(?:none|neither) of {_HELD} {_TELL}\b(?P<missing>.*)",
        r"\bI (?:could not|couldn['’]t|cannot|can['’]t|can not|did not|didn['’]t|do not|don['’]t|"
        r"am unable to|was unable to) (?:find|determine|answer|tell|say|confirm|see|locate|have|"
        r"know|identify)\b(?P<missing>.*)",
        rf"\b(?:there (?:is|was|are)|{_HELD} (?:contains?|holds?|gives?|has|have)) "
        rf"(?:no|not (?:any|enough)) (?:\w+ )?{_NEWS}\b"
        rf"(?P<missing> (?:about|of|on|regarding|as to|for|to|in|from|that)\b.*|[ .]*$)",
        rf"^{_HELD} (?:contain|hold|give|have|say|report|offer|provide)s? (?:nothing|no word)\b"
        r"(?P<missing> (?:about|of|on|regarding|as to)\b.*|[ .]*$)",
        rf"^(?P<missing>.*?)\b(?:is|are|was|were)(?: not| never|n['’]t) (?:\w+ly )?{_KNOWN} "
        rf"(?:anywhere )?(?:in|from|by) {_HELD}",
        rf"^(?:no|not enough|insufficient) (?:\w+ )?{_NEWS}\b"
        rf"(?P<missing>.*\b(?:in|from|by) {_HELD}.*)",
    )
)
_NOT_MISSING = re.compile(
    rf"^[\s,:]*(?:(?:any |enough |the |an? )?(?:\w+ )?(?:{_NEWS}|anything)\b\s*)?"
    rf"(?:(?:about|of|on|regarding|as to|to)\s+)?|[\s,]*\b(?:in|from|by) {_HELD}",
    re.IGNORECASE,
)
_TURN = re.compile(r"[,;](?= (?:but|however|although|though|while|and|yet)\b)|;(?= \D)", re.I)


def missing_part(sentence: str) -> str | None:
    """What a sentence says that the passages do not hold, "" if it names nothing.

    None when it is no such sentence.
    """
    for pattern in _ABSENCE:
        if found := pattern.search(sentence):
            return _NOT_MISSING.sub("", found["missing"]).strip(" ,.;:")
    return None


def turns(sentence: str) -> list[int]:
    """Where a sentence turns from what is known to what is not, or back; else nowhere."""
    for turn in _TURN.finditer(sentence):
        one, other = sentence[: turn.start()], sentence[turn.end() :]
        if (missing_part(one) is None) != (missing_part(other) is None):
            return [turn.start() + 1]
    return []
