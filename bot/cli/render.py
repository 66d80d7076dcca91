"""Answers, passages and articles as lines for a person to read.

Pure formatting: it knows neither where the lines go nor how an answer was found. Whatever
comes from an article is plain text here, never markup and never a terminal's control code.
"""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple, TextIO

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from bot.answer import Answer, Citation, Status
from index.article import Article, Passage
from index.text.analyzer import terms

if TYPE_CHECKING:
    from bot.doctor import Check
    from index.storage.records import CatalogueRow, RelatedArticles

RELATED = ("also as", "much like", "supersedes")
"""How other articles are related to one."""
OF = {"duplicate": "of", "similar": "to", "superseded": "by"}
SIGNS = {"ok": ("✓", "green"), "warn": ("!", "yellow"), "fail": ("✗", "red")}

_ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # colours and cursor movements
    r"|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"  # titles, links and other strings
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f]"
    r"|[\u202a-\u202e\u2066-\u2069]"  # turn the text after them round
)
_WORD = re.compile(r"[^\W_]+")


class Block(NamedTuple):
    """A paragraph, and how many columns it stands in from the left."""

    text: Text
    indent: int = 0


def console(stream: TextIO) -> Console:
    """A console that takes text as it is; NO_COLOR and FORCE_COLOR hold."""
    return Console(file=stream, markup=False, emoji=False, highlight=False)


def clean(text: str) -> str:
    """The text without anything a terminal would obey; newlines and tabs stay."""
    return _ESCAPES.sub("", text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """The cleaned text with every run of blanks made one space."""
    return " ".join(clean(text).split())


def print_blocks(out: Console, blocks: Iterable[Block]) -> None:
    """Lay blocks out to the console's width; in a pipe or file nothing is wrapped."""
    for text, indent in blocks:
        if out.file.isatty():
            out.print(Padding(text, (0, 0, 0, indent)) if indent else text)
        elif out.is_terminal:  # a pipe whose reader asked for colours
            out.print(Text(" " * indent) + text, soft_wrap=True)
        else:
            out.file.write(f"{' ' * indent}{text.plain}\n")


def answer_blocks(answer: Answer, quotes: bool = True) -> Iterator[Block]:
    """The answer, its numbered sources with or without their quotes, notes, and confidence."""
    yield Block(Text(clean(answer.text)))
    if answer.citations:
        yield Block(Text())
        yield from citation_blocks(answer.citations, quotes)
    if answer.status in (Status.CLARIFY, Status.REPLY):
        return
    yield Block(Text())
    for note in answer.notes:
        yield Block(Text(one_line(note), "italic"))
    yield Block(Text(f"confidence {answer.confidence:.2f}", "dim"))


def citation_blocks(citations: Iterable[Citation], quotes: bool = True) -> Iterator[Block]:
    """One line for each citation, with its quote beneath."""
    for citation in citations:
        yield Block(Text.assemble((f"[{citation.n}]", "bold"), " ", heading(citation)))
        if quotes:
            yield Block(Text(f"“{one_line(citation.quote)}”", "italic"), indent=4)


def passage_blocks(passages: Iterable[Passage], query: str) -> Iterator[Block]:
    """The ranked passages, the words of the query in them emphasised."""
    for rank, passage in enumerate(passages, start=1):
        if rank > 1:
            yield Block(Text())
        yield Block(Text.assemble((f"{rank}.", "bold"), f" {passage.score:.3f} ", heading(passage)))
        yield Block(emphasised(one_line(passage.text), query), indent=4)


def article_blocks(
    article: Article,
    mark: tuple[int, int] | None,
    signs: bool,
    related: "RelatedArticles | None" = None,
) -> Iterator[Block]:
    """The article under its title; a marked range is in reverse, or in »…« with `signs`.

    `related` are other articles that say the same.
    """
    yield Block(Text(one_line(article.title), "bold"))
    day = article.published.isoformat() if article.published else None
    facts = filter(None, (article.author, day, article.source, article.url))
    yield Block(Text(" · ".join(dict.fromkeys(map(one_line, facts))), "dim"))
    for how, sources in zip(RELATED, related or (), strict=False):
        if sources:
            yield Block(Text(f"{how} {', '.join(map(one_line, sources))}", "dim"))
    yield Block(Text())
    start, end = mark or (0, 0)
    before, marked, after = (
        clean(part) for part in (article.text[:start], article.text[start:end], article.text[end:])
    )
    if marked and signs:
        marked = f"»{marked}«"
    yield Block(Text.assemble(before, (marked, "bold reverse"), after))


def heading(item: Article | Passage | Citation) -> Text:
    """Title, date, source and a citation's place in one line."""
    day = item.published.isoformat() if item.published else ""
    place = item.place if isinstance(item, Citation) else None
    text = Text(one_line(item.title) or "(no title)", "bold")
    for fact in filter(None, (day, item.source, place)):
        text.append(f" · {one_line(fact)}", "not bold dim")
    return text


def emphasised(text: str, query: str) -> Text:
    """The text with the words that the query searches for in bold."""
    wanted = set(terms(query))
    shown = Text(text)
    for word in _WORD.finditer(text):
        if not wanted.isdisjoint(terms(word.group())):
            shown.stylize("bold", *word.span())
    return shown


def column(text: str, width: int) -> str:
    """The text in exactly so many columns, cut with an ellipsis where it is longer."""
    text = one_line(text)
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, max(width - 1, 0)) + "…" * min(width, 1)


def catalogue_blocks(rows: Iterable["CatalogueRow"], out: Console) -> Iterator[Block]:
    """One article a line: in columns for a person, between tabs for a program."""
    if not out.file.isatty():
        for row in rows:
            facts = (
                *(row.title, row.published or "", row.words, row.passages),
                *(row.state, row.of or "", row.source),
            )
            yield Block(Text("\t".join(one_line(str(fact)) for fact in facts)))
        return
    width = max(20, (out.width - 32) // 2)
    head = f"{column('title', width)}  {'date':10}  {'words':>6}  {'passages':>8}  source · state"
    yield Block(Text(head, "dim"))
    for row in rows:
        day = row.published.isoformat() if row.published else ""
        counts = f"{row.words:6}  {row.passages:8}"
        line = f"{column(row.title, width)}  {day:10}  {counts}  {one_line(row.source)}"
        if row.state != "current":
            line += f" · {row.state}" + (f" {OF[row.state]} {one_line(row.of)}" if row.of else "")
        yield Block(Text(line))


def check_blocks(checks: Iterable["Check"]) -> Iterator[Block]:
    """One line a check, and beneath it what to do where something is wrong."""
    for check in checks:
        sign, style = SIGNS[check.level]
        yield Block(Text.assemble((sign, style), f" {check.name}: {one_line(check.detail)}"))
        if check.remedy:
            yield Block(Text(one_line(check.remedy)), indent=2)
