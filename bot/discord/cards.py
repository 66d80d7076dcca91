"""An answer as cards: what each says, in blocks of Discord's markup, and which links go below.

A card keeps to Discord's limits, and its blocks also make the plain text where a server refuses
cards. `card_views.py` draws it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from bot.answer import Citation, Conflict, Status
from bot.conversation.clarify import WHOM
from bot.conversation.record import Record
from bot.differences.notes import difference_sentence
from bot.discord.i18n import Translations
from bot.discord.markup import aside, day_stamp, one_line, quotation, shortened
from bot.discord.pagination import LIMIT, escaped, length, pages
from bot.discord.sources import (
    CitedArticle,
    by_citation,
    cited_articles,
    marks,
    read_links,
    source_line,
    sources_block,
)

CARD_LIMIT = 4000
"""Characters of text in one card."""
LEAD = 300
"""Characters of a first sentence that is shown large enough to be read first."""
STATEMENTS, SAYS = 6, 80
"""What articles say differently, and how many characters of each."""
ON_BUTTON = 36
"""Characters that a button shows on a phone."""
NOTES, NOTE = 3, 200
SURE = (0.1, 0.35, 0.65, 0.9)
"""Where one word for how sure an answer is gives way to the next."""
NOT_SAID = " The articles do not say"

_MARKS = re.compile(r"(?:\s*\[\d+\])+")
_LIST_ITEM = re.compile(r"(?m)^\\([-*]) ")


class Colour(IntEnum):
    """The colour of a card, by what became of the question."""

    ANSWERED = 0x3BA55C
    PARTIAL = 0xF0B232
    DECLINED = 0x80848E
    ASKED_BACK = 0x5865F2
    LIST = 0x4E5058


@dataclass(frozen=True, slots=True)
class Card:
    """Blocks of text with lines between them, and links; `is_last` has the buttons below."""

    colour: Colour
    blocks: tuple[str, ...]
    links: tuple[tuple[str, str], ...] = ()
    is_last: bool = True


def cards_of(record: Record, words: Translations, head: str = "") -> list[Card]:
    """The cards that show an answer, below a line: one, unless it is too long for that."""
    compose = {Status.ABSTAINED: _declined, Status.CLARIFY: _asked_back}.get(record.status, _said)
    cited = record.citations or tuple(filter(None, [record.nearest]))
    links = tuple(read_links(cited_articles(cited), words))
    groups = _packed([*filter(None, [head]), *compose(record, words)])
    cards = [Card(colour_of(record), tuple(blocks), is_last=False) for blocks in groups]
    return [*cards[:-1], replace(cards[-1], links=links, is_last=True)]


def _packed(blocks: Sequence[str]) -> list[list[str]]:
    """The blocks by the card that they are on."""
    groups: list[list[str]] = [[]]
    for block in blocks:
        if sum(map(length, (*groups[-1], block))) > CARD_LIMIT:
            groups.append([])
        groups[-1].append(block)
    return groups


def colour_of(record: Record) -> Colour:
    """The colour of the answer's card."""
    if record.status is Status.ABSTAINED:
        return Colour.DECLINED
    if record.status is Status.CLARIFY:
        return Colour.ASKED_BACK
    differs = record.conflicts or record.status is Status.PARTIAL
    return Colour.PARTIAL if differs else Colour.ANSWERED


def certainty(confidence: float, words: Translations) -> str:
    """How likely the articles hold the answer, in words."""
    return words(f"sure_{sum(confidence >= least for least in SURE)}")


def _said(record: Record, words: Translations) -> list[str]:
    """What was said, where articles differ, and the sources."""
    articles = cited_articles(record.citations)
    cited = by_citation(articles, record.citations)
    said, missing = _without_extras(record)
    unsaid = _missing(missing, words)
    tail = [
        *(_difference(conflict, record.citations, cited, words) for conflict in record.conflicts),
        "\n".join(filter(None, (sources_block(articles, words), _footer(record, words)))),
    ]
    body = _body(said, record, cited, linked=True) + unsaid
    if sum(map(length, (body, *tail))) > CARD_LIMIT:
        body = _body(said, record, cited, linked=False) + unsaid
    return [*pages(body, CARD_LIMIT), *tail]


def _without_extras(record: Record) -> tuple[str, str | None]:
    """What was said without what has a block of its own, and what the articles do not say."""
    said = record.answer
    for conflict in record.conflicts:
        said = said.replace(difference_sentence(conflict, record.citations), "")
    before, found, missing = said.rpartition(NOT_SAID)
    if not found or record.status is not Status.PARTIAL or "[" in missing:
        return said.strip(), None
    return before.strip(), missing.removeprefix(":").strip(" .")


def _body(said: str, record: Record, cited: Mapping[int, CitedArticle], *, linked: bool) -> str:
    """The sentence that answers first, and below it the others."""
    parts = list(_parts(said, cited, linked))
    if not parts:
        return escaped(said)
    (first, its_marks), *others = parts
    is_lead = "\n" not in first.strip() and length(first) <= LEAD
    lead = f"**{escaped(first.strip())}**" if is_lead else _paragraph(first)
    if record.model == "quotes":
        rest = [_joined(quotation(text), mark) for text, mark in others]
        return "\n".join([_joined(lead, its_marks), *rest])
    rest = [_joined(_paragraph(text), mark) for text, mark in others]
    opening = others[0][0][:1] if others else ""
    between = "\n" if opening and opening != "\n" and is_lead else ""
    return f"{_joined(lead, its_marks)}{between}{''.join(rest).lstrip(' ')}"


def _parts(said: str, cited: Mapping[int, CitedArticle], linked: bool) -> list[tuple[str, str]]:
    """Each run of words with the marks of what it is cited from."""
    found, start = [], 0
    for run in _MARKS.finditer(said):
        numbers = [int(n) for n in re.findall(r"\d+", run[0])]
        if not all(number in cited for number in numbers):
            continue  # brackets of an article
        found.append((said[start : run.start()], marks(numbers, cited, linked)))
        start = run.end()
    rest = said[start:]
    return [*found, *([(rest, "")] if rest.strip(" .\n") else [])]


def _joined(text: str, mark: str) -> str:
    return f"{text}\u00a0{mark}" if mark else text


def _paragraph(text: str) -> str:
    """Words of a model, whose lists are shown as lists."""
    return _LIST_ITEM.sub(r"\1 ", escaped(text))


def _missing(missing: str | None, words: Translations) -> str:
    if missing is None:
        return ""
    said = words("not_said", what=one_line(shortened(missing, LEAD)))
    return f"\n\n{said if missing else words('no_more_said')}"


def _difference(
    conflict: Conflict,
    citations: Sequence[Citation],
    cited: Mapping[int, CitedArticle],
    words: Translations,
) -> str:
    """What articles give differently, the newest first."""
    days = {citation.n: citation.published for citation in citations}
    lines = []
    for n, says in list(reversed(conflict.says))[:STATEMENTS]:
        day, shown = days.get(n), f"**{one_line(shortened(says, SAYS))}**"
        dated = words("on_day", says=shown, day=day_stamp(day)) if day else shown
        newest = f" · {words('newest')}" if n == conflict.newest else ""
        lines.append(f"- {dated} {marks([n], cited, linked=False)}{newest}")
    return "\n".join([words("differ"), *lines])


def _footer(record: Record, words: Translations) -> str:
    """How sure the answer is, what it is made of, and what a reader should know."""
    count = len(cited_articles(record.citations))
    model = shortened(record.model, SAYS)
    facts = [
        certainty(record.confidence, words) if record.confidence is not None else "",
        words("one_article") if count == 1 else words("articles", count=count),
        words("word_for_word") if model == "quotes" else words("written_by", model=model),
    ]
    lines = [aside(" · ".join(filter(None, facts)))]
    return "\n".join([*lines, *(aside(shortened(n, NOTE)) for n in record.notes[:NOTES])])


def _declined(record: Record, words: Translations) -> list[str]:
    """That the articles do not answer, and the sentence that comes nearest."""
    said = [f"**{words('declined')}**"]
    if record.confidence is not None:
        said.append(aside(certainty(record.confidence, words)))
    if record.within:
        said += [aside(shortened(note, NOTE)) for note in record.notes[:1]]
    blocks = ["\n".join(said)]
    if near := record.nearest:
        quoted = quotation(shortened(near.quote, 3 * LEAD))
        blocks.append("\n".join([words("nearest"), quoted, f"-# {source_line(near)}"]))
    return blocks


def _asked_back(record: Record, words: Translations) -> list[str]:
    """What is asked back, with the articles to choose from."""
    if record.options:
        titles = [f"{n}. {one_line(o.title)}" for n, o in enumerate(record.options, 1)]
        fit = all(length(o.title) <= ON_BUTTON for o in record.options)
        return [f"**{words('which')}**", *([] if fit else ["\n".join(titles)])]
    return [f"**{words('whom' if record.answer.startswith(WHOM) else 'what')}**"]


def asked_by(record: Record, words: Translations) -> str:
    """Who asked what, above an answer that is shared."""
    question = one_line(shortened(record.question, LIMIT // 4))
    return words("shared", person=f"<@{record.person}>", question=question)
