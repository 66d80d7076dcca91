"""Sentence boundaries: `index.text.splitter.sentences`, with its faults repaired.

The index splits articles into passages, and a change there would rebuild every index. What
matters only for a quote is repaired here: sentences torn after an abbreviation, sentences that
run together, quotation marks on the wrong side.
"""

import re
from collections.abc import Iterable, Iterator

from index.text.splitter import Span, sentences

# Always before a name or number, so never at the end of a sentence.
_TITLES = (
    "Gov|Govs|Sen|Sens|Rep|Reps|Dr|Drs|Mr|Mrs|Ms|Lt|Col|Gen|Maj|Capt|Sgt|Cpl|Pvt|Adm|Cmdr|Rev|"
    "Hon|Prof|Supt|Det|Messrs|Mt|Ft|vs|No|Nos|Dist|Assn|Dept|approx|est|e\\.g|i\\.e|ca|cf|Gens"
)
_MONTHS = "Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec"
_MAY_END = (
    "Jr|Sr|Inc|Corp|Co|Cos|Ltd|St|Ave|Blvd|Rd|Ala|Ariz|Ark|Calif|Colo|Conn|Del|Fla|Ga|Ill|Ind|Kan|"
    "Ky|La|Mass|Md|Mich|Minn|Miss|Mo|Mont|Neb|Nev|Okla|Ore|Pa|Tenn|Tex|Va|Vt|Wash|Wis|Wyo|Avg|Pct|"
    "apt|etc|al"
)
_TORN = re.compile(
    rf"""(?:.*[^\w.])?  # "then-Gov."
    (?:
      (?P<title>{_TITLES}|(?<=-)St)
    | (?P<month>{_MONTHS})
    | (?P<roe>v)
    | (?P<piece>[A-Z]-[A-Z]|(?:[A-Z]\.)+[A-Z])
    | (?P<initial>(?<![\w.’'-])[A-Z])
    | (?P<may_end>{_MAY_END})
    | (?P<clock>[ap]\.m)
    )\.$""",
    re.VERBOSE,
)
_LONGEST = 14
_LONGEST_TITLE = 7
_STARTERS = (
    "The|It|Its|He|She|They|We|I|You|In|But|And|This|That|These|Those|A|An|At|On|For|As|When|There|"
    "If|His|Her|Their|Our|My|Some|Many|Most|What|How|Why|Where|Who|After|Before|Since|While|With|"
    "From|To|So|Yet|No|Not|Now|Then|Also|However|Meanwhile|More|Here|By|Under|All|Both|Although|"
    "Because|Despite|During|According|Among|Until|Even|Just|Let|Today|Yes|Instead|Still|Once|One"
)
_STARTER = re.compile(rf"[\"“‘'(]?(?:{_STARTERS})\b(?!\.)")
_AFTER_CLOCK = re.compile(
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|[A-Z]{1,2}[SD]?T|GMT|UTC|Eastern|Pacific|"
    rf"Central|Mountain|local|(?:{_MONTHS}|March|April|May|June|July)\w*)\b|[A-Z]\w+ time\b|[a-z]"
)
_ADDRESS = re.compile(r"(?:https?:|www\.)|\S+\.[a-z]{2,}\b")
_CLOSING = re.compile(r"(?:[”’]|\"(?=\s|$))+")
_OPENING = '"“‘('
_MARK_AND_NEXT = re.compile(rf"[.!?][\"”]?(?:\s+(?=(?:{_STARTERS})\s)|(?=[A-Z][a-z]+\s))")
_ENDS_IN_CAPITAL = re.compile(r"(?:^|[\s.])[A-Z]$")
_ENDS_IN_INITIAL = re.compile(r"(?:^|[\W_])[A-Z]\.$")
_ENDS_IN_WORD = re.compile(r"[^\W\d_A-Z]{2}$")


def is_open(text: str) -> bool:
    """Whether `text` ends within a quotation."""
    return text.count("“") > text.count("”") or text.count('"') % 2 == 1


def is_torn(token: str) -> bool:
    """Whether a last word is an abbreviation that never ends a sentence: "Gov.", "D-N."."""
    if token[0].islower():
        token = token.rpartition("-")[2]  # "then-Gov."
    if len(token) > _LONGEST_TITLE or not token[:1].isupper():
        return False
    found = _TORN.match(token)
    if not found:
        return False
    return found["title"] not in (None, "No", "Nos") or "-" in (found["piece"] or "")


def lines(text: str) -> Iterator[list[Span]]:
    """The sentences of each line of `text`; a line without any is left out."""
    line: list[Span] = []
    for span in sentences(text):
        if line and "\n" in text[line[-1][1] : span[0]]:
            yield _repaired(text, line)
            line = []
        line.append(span)
    if line:
        yield _repaired(text, line)


def _repaired(text: str, line: list[Span]) -> list[Span]:
    if len(line) > 1:
        line = _joined(text, line)
    if not _MARK_AND_NEXT.search(text, line[0][0], line[-1][1]):
        return line
    return [part for span in line for part in _parted(text, *span)]


def _joined(text: str, line: Iterable[Span]) -> list[Span]:
    out: list[Span] = []
    for start, end in line:
        if out and _torn(text, out[-1], start, end):
            out[-1] = (out[-1][0], end)
        elif out:
            out[-1], span = _marks_in_place(text, out[-1], (start, end))
            out.append(span)
        else:
            out.append((start, end))
    return [span for span in out if span[0] < span[1]]


def _torn(text: str, before: Span, start: int, end: int) -> bool:
    """Whether a sentence was cut between `before` and the words at `start`."""
    if start == before[1]:  # torn within a word: "the U.|S. crowd"
        return text[start].isalnum() and bool(_ENDS_IN_INITIAL.search(text[start - 3 : start]))
    token = max(text.rfind(" ", before[0], before[1]) + 1, before[0])
    found = before[1] - token < _LONGEST and _TORN.match(text, token, before[1])
    if not found:
        return False
    after = text[start : min(end, start + 40)]
    if _ADDRESS.match(after):
        return False
    return _goes_on(found, after)


def _goes_on(abbreviation: re.Match[str], after: str) -> bool:
    """Whether the words after an abbreviation belong to its sentence."""
    match abbreviation.lastgroup:
        case "title" | "roe":
            return abbreviation["title"] not in ("No", "Nos") or after[0].isdigit()
        case "month":
            return after[0].isdigit() or after[0].islower()
        case "clock":
            return bool(_AFTER_CLOCK.match(after))
        case "may_end":
            return after[0].islower() or after[0] in "—–-"
        case _:
            return after[0].isalnum() and not _STARTER.match(after)


def _marks_in_place(text: str, before: Span, after: Span) -> tuple[Span, Span]:
    """Give a closing mark to the sentence that it closes, and an opening one to the next."""
    closing = _CLOSING.match(text, after[0], after[1])
    if closing and (closing.end() == after[1] or text[closing.end()].isspace()):
        start = closing.end()
        while start < after[1] and text[start].isspace():
            start += 1
        return (before[0], closing.end()), (start, after[1])
    if text[before[1] - 1] in _OPENING and text[before[1] - 2 : before[1] - 1].isspace():
        sentence = text[before[0] : before[1] - 1].rstrip()
        return (before[0], before[0] + len(sentence)), (before[1] - 1, after[1])
    return before, after


def _parted(text: str, start: int, end: int) -> Iterator[Span]:
    """The sentences of a span that holds more than one outside quotation marks."""
    for found in _MARK_AND_NEXT.finditer(text, start, end):
        cut = found.start() + len(found.group().rstrip())
        if _runs_on(text[start : found.start()], found.group(), text[found.end() : end]):
            yield start, cut
            start = found.end()
    yield start, end


def _runs_on(before: str, mark: str, after: str) -> bool:
    """Whether a sentence ends at `mark`: "in the U.S. The next", "the end.”The next"."""
    if is_open(before + mark):
        return False
    if mark[-1].isspace():
        return bool(_ENDS_IN_CAPITAL.search(before[-2:]))
    enough = len(before.split()) > 2 and len(after.split()) > 2
    return enough and bool(_ENDS_IN_WORD.search(before[-2:]))
