"""Answers, passages and articles as lines for a person to read.

Pure formatting: it knows neither where the lines go nor how an answer was found. Whatever
comes from an article is plain text here, never markup and never a terminal's control code.
"""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, TextIO
from urllib.parse import urlsplit

from rich.cells import cell_len, set_cell_size
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.style import Style
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
SIGNS = {
    "ok": ("✓", "green"),
    "missing": ("–", "dim"),
    "warn": ("!", "yellow"),
    "fail": ("✗", "red"),
}
COLOURS = {
    Status.ANSWERED: "green",
    Status.PARTIAL: "yellow",
    Status.ABSTAINED: "red",
    Status.CLARIFY: "cyan",
    Status.REPLY: "",
}
QUOTES = "quotes"
WITHOUT_LINKS = (None, "dumb", "linux", "vt100")
"""Terminals that would print the address of a link, or might."""
MARGIN = 12
"""Columns of a line that an excerpt does not fill, for its indent and the words that wrap."""
LEAD = 30
"""Columns before the first word that an excerpt is made for."""

_ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # colours and cursor movements
    r"|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"  # titles, links and other strings
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f]"
    r"|[\u202a-\u202e\u2066-\u2069]"  # turn the text after them round
)
_MARKS = re.compile(r"\*\*|__|`|^\s*(?:[-*+#>|]|\d+\.) ", re.MULTILINE)
"""What hints at Markdown."""
_SAFE_URL = re.compile(r"https?://[!-~]+")
_WORD = re.compile(r"[^\W_]+")


class Block(NamedTuple):
    """A paragraph, and how many columns it is indented; `markdown` is laid out as such.

    `short` is shown instead where the text is wider than a terminal that shows links.
    """

    text: Text
    indent: int = 0
    markdown: bool = False
    short: Text | None = None


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
    """Lay blocks out to the console's width; in a pipe or file nothing is wrapped or linked."""
    linked = shows_links(out)
    for block in blocks:
        fits = not linked or cell_len(block.text.plain) <= out.width
        text = block.text if fits else block.short or block.text
        text = text if linked else without_links(text)
        if out.file.isatty():
            shown = _markdown(text.plain) if block.markdown else text
            shown = Padding(shown, (0, 0, 0, block.indent)) if block.indent else shown
            out.print(shown, no_wrap=text.no_wrap, overflow=text.overflow)
        elif out.is_terminal:  # a pipe whose reader asked for colours
            out.print(Text(" " * block.indent) + text, soft_wrap=True)
        else:
            out.file.write(f"{' ' * block.indent}{text.plain}\n")


def shows_links(out: Console) -> bool:
    """Whether links may be written: to a terminal, unless it is one that would print them."""
    return out.file.isatty() and os.environ.get("TERM") not in WITHOUT_LINKS


def without_links(text: Text) -> Text:
    """The text with its styles, but for links."""
    bare = text.copy()
    bare.spans = [
        span._replace(style=span.style.update_link(None)) if isinstance(span.style, Style) else span
        for span in text.spans
    ]
    return bare


def _markdown(text: str) -> RenderableType:
    """Text that a language model wrote, laid out; brackets and tags in it stay as they are."""
    from rich.markdown import Markdown  # noqa: PLC0415  (slow, and few have a model)

    return Markdown(re.sub(r"(?=[\[<])", r"\\", text).replace("\n", "  \n"), hyperlinks=False)


def answer_blocks(answer: Answer, quotes: bool = False) -> Iterator[Block]:
    """The answer, a line for each article that it cites, notes, and confidence."""
    yield _said(answer)
    if answer.citations:
        yield Block(Text())
        yield from citation_blocks(answer.citations, quotes, COLOURS[answer.status])
    if answer.status in (Status.CLARIFY, Status.REPLY):
        return
    yield Block(Text())
    for note in answer.notes:
        yield Block(Text(one_line(note), "italic"))
    yield Block(Text(f"confidence {answer.confidence:.2f}", COLOURS[answer.status]))


def _said(answer: Answer) -> Block:
    """The text, its numbers in the colour of its outcome; one that declines is all in colour."""
    said, colour = clean(answer.text), COLOURS[answer.status]
    if answer.model != QUOTES and _MARKS.search(said):
        return Block(Text(said), markdown=True)
    text = Text(said, colour if answer.status is Status.ABSTAINED else "")
    text.highlight_regex(r"\[\d+\]", f"bold {colour}")
    return Block(text)


def citation_blocks(
    citations: Iterable[Citation], quotes: bool = True, colour: str = ""
) -> Iterator[Block]:
    """One line for each article with its numbers, and beneath it the quotes, if wanted."""
    by_source: dict[str, list[Citation]] = {}
    for citation in citations:
        by_source.setdefault(citation.source, []).append(citation)
    for cited in by_source.values():
        numbers = " ".join(f"[{citation.n}]" for citation in cited)
        places = dict.fromkeys(citation.place for citation in cited if citation.place)
        yield _listed(Text(numbers, f"bold {colour}".strip()), cited[0], places)
        if quotes:
            yield from _quotes(cited)


def _listed(lead: Text, item: Passage | Citation, places: Iterable[str] = ()) -> Block:
    """The lead and the heading in one line; an address too long for it is shortened to its host."""
    host = urlsplit(item.url).hostname if item.source == item.url and _link(item.url) else None
    short = None
    if host:
        short = Text.assemble(lead, " ", heading(item, places, host.removeprefix("www.")))
        short.no_wrap, short.overflow = True, "ellipsis"
    return Block(Text.assemble(lead, " ", heading(item, places)), short=short)


def _quotes(cited: Sequence[Citation]) -> Iterator[Block]:
    for citation in cited:
        number = f"[{citation.n}] " if len(cited) > 1 else ""
        yield Block(Text.assemble(number, (f"“{one_line(citation.quote)}”", "italic")), indent=4)


def passage_blocks(
    passages: Iterable[Passage], query: str, width: int | None = None
) -> Iterator[Block]:
    """The ranked passages, the words of the query in them emphasised.

    Of longer ones, as many columns as two lines of `width` have are shown, around those words.
    """
    for rank, passage in enumerate(passages, start=1):
        if rank > 1:
            yield Block(Text())
        yield _listed(Text.assemble((f"{rank}.", "bold"), f" {passage.score:.3f}"), passage)
        text = one_line(passage.text)
        shown = excerpt(text, query, 2 * (width - MARGIN)) if width else text
        yield Block(emphasised(shown, query), indent=4)


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


def heading(
    item: Article | Passage | Citation, places: Iterable[str] = (), source: str | None = None
) -> Text:
    """Title, date, source and places in one line; the title is linked to the article's url.

    `source` is shown in place of the item's own.
    """
    day = item.published.isoformat() if item.published else ""
    link = Style(bold=True, link=_link(item.url))
    text = Text.assemble((one_line(item.title) or "(no title)", link))
    for fact in filter(None, (day, source or item.source, ", ".join(places))):
        text.append(f" · {one_line(fact)}", "not bold dim")
    return text


def _link(url: str | None) -> str | None:
    """The address, if it is one to follow."""
    return url if url and _SAFE_URL.fullmatch(url) else None


def excerpt(text: str, query: str, columns: int) -> str:
    """As much of one line as fits in so many columns, where most words of the query are."""
    if len(text) <= columns:
        return text
    wanted = set(terms(query))
    hits = [(m.start(), wanted.intersection(terms(m.group()))) for m in _WORD.finditer(text)]
    hits = [(at, found) for at, found in hits if found] or [(0, set())]

    def worth(start: int) -> tuple[int, int]:
        """How many of the words are there, and how close together."""
        seen: set[str] = set()
        last = start
        for at, found in hits:
            if start <= at < start + columns - LEAD and not found <= seen:
                seen |= found
                last = at
        return len(seen), start - last

    first = max((at for at, _ in hits), key=worth)
    start = max(0, min(first - LEAD, len(text) - columns))
    return cut_out(text, start, start + columns)


def cut_out(text: str, start: int, end: int) -> str:
    """The text in a range, with … for the rest; no word near its ends is cut in two."""
    near = min(LEAD, (end - start) // 2)
    if start:
        start = max(start, text.find(" ", start, start + near) + 1)
    if end < len(text):
        space = text.rfind(" ", end - near, end)
        end = end if space < 0 else space
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"


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
