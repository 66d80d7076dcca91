"""Word files (.docx): what a reader of the last version sees, notes and boxes included."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
from docx.opc.constants import RELATIONSHIP_TYPE

from index.article import Article
from index.readers.archive import opened
from index.readers.dates import find_date
from index.readers.outline import Block, laid_out
from index.readers.problem import Problem
from index.readers.wording import flat, given_title, title_of, title_of_file

_GONE = {
    *("del", "moveFrom", "delText", "Fallback", "instrText", "rt", "pPr", "rPr", "tblPr", "trPr"),
    *("tcPr", "sdtPr", "sectPr"),
}
"""Elements without text that counts: deletions, what a box is for older programs, settings."""
_LETTERS = {"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": " "}
_NOTES = {"footnoteReference": "footnote", "endnoteReference": "endnote"}
Notes = dict[tuple[str, str], Any]


def read(path: Path, source: str) -> Iterator[Article | Problem]:
    """The one article of a Word file."""
    archive = opened(path, source)
    if isinstance(archive, Problem):
        yield archive
        return
    with archive:
        document = docx.Document(str(path))
    blocks = [*_Reader(document).blocks(document.element.body)]
    facts = document.core_properties
    named = (block.text for block, style in blocks if style == "Title")
    first = title_of("\n\n".join(block.text for block, _ in blocks[:2]))
    title = given_title(facts.title) or flat(next(named, "") or first) or title_of_file(path)
    text, places = laid_out((block for block, _ in blocks), title)
    if not text:
        yield Problem(source, "empty")
        return
    # The day a file was made is not the one its article was published on.
    author = given_title(facts.author) or None
    yield Article(source, title, text, find_date(text), None, author, places)


class _Reader:
    """Reads the elements of one document."""

    def __init__(self, document: Any) -> None:
        self._styles = {style.style_id: style.name or "" for style in document.styles}
        self._notes = {**_notes(document, "footnote"), **_notes(document, "endnote")}

    def blocks(self, parent: Any) -> Iterator[tuple[Block, str]]:
        """The paragraphs, headings and rows of tables, each with the name of its style."""
        begun = ""
        for element in parent:
            name = _name(element)
            if name == "p":
                words, aside = self._paragraph(element)
                begun += words
                if _is_run_on(element):
                    continue
                style = self._style(element)
                yield Block(begun, style.startswith("Heading")), style
                begun = ""
                yield from ((Block(text), "") for text in aside)
            elif name == "tbl":
                yield from ((Block(row), "") for row in self._rows(element))
            elif name not in _GONE and not _is_made_by_word(element):
                yield from self.blocks(element)
        if begun:
            yield Block(begun), ""

    def _style(self, paragraph: Any) -> str:
        found = paragraph.find("{*}pPr/{*}pStyle")
        return self._styles.get(_value(found), "") if found is not None else ""

    def _paragraph(self, paragraph: Any) -> tuple[str, list[str]]:
        """The words of a paragraph, and those of the boxes and notes that hang on it."""
        words: list[str] = []
        aside: list[str] = []
        self._gather(paragraph, words, aside)
        return "".join(words), aside

    def _gather(self, parent: Any, words: list[str], aside: list[str]) -> None:
        for element in parent:
            name = _name(element)
            if name == "t":
                words.append(element.text or "")
            elif name in _LETTERS:
                words.append(_LETTERS[name])
            elif name == "txbxContent":
                aside += (block.text for block, _ in self.blocks(element))
            elif name in _NOTES:
                note = self._notes.pop((_NOTES[name], _value(element, "id")), ())
                aside += (block.text for block, _ in self.blocks(note))
            elif name not in _GONE and not _is_unseen(element):
                self._gather(element, words, aside)

    def _rows(self, table: Any) -> Iterator[str]:
        """The rows of a table; a cell that is merged downwards is in each of its rows."""
        above: dict[int, str] = {}
        for row in _children(table, "tr"):
            if row.find("{*}trPr/{*}del") is not None:
                continue
            cells, column = list[str](), _number(row.find("{*}trPr/{*}gridBefore"), 0)
            for cell in _children(row, "tc"):
                merged = cell.find("{*}tcPr/{*}vMerge")
                goes_on = merged is not None and _value(merged) != "restart"
                text = above.get(column, "") if goes_on else self._cell(cell)
                above[column] = text if merged is not None else ""
                cells.append(text)
                column += _number(cell.find("{*}tcPr/{*}gridSpan"), 1)
            yield " | ".join(filter(None, cells))

    def _cell(self, cell: Any) -> str:
        """What a cell holds, in one line; a table in it is a list."""
        parts = (flat(block.text.replace(" | ", ", ")) for block, _ in self.blocks(cell))
        return " ".join(filter(None, parts))


def _notes(document: Any, kind: str) -> Notes:
    """The notes at the foot of pages or the end, by their ids."""
    from lxml import etree  # noqa: PLC0415 - word files alone need it here

    relation = getattr(RELATIONSHIP_TYPE, f"{kind.upper()}S")
    parts = (r.target_part for r in document.part.rels.values() if r.reltype == relation)
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    notes = (note for part in parts for note in etree.fromstring(part.blob, parser))
    return {(kind, _value(n, "id")): n for n in notes if _value(n, "type") in ("", "normal")}


def _name(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else "del"


def _value(element: Any, name: str = "val") -> str:
    space = element.tag[: element.tag.index("}") + 1]
    return element.get(f"{space}{name}") or ""


def _children(parent: Any, wanted: str) -> Iterator[Any]:
    """The rows of a table or cells of a row, those in content controls too."""
    for element in parent:
        name = _name(element)
        if name == wanted:
            yield element
        elif name not in _GONE | {"tbl", "p"} and not _is_made_by_word(element):
            yield from _children(element, wanted)


def _number(mark: Any, otherwise: int) -> int:
    """How many columns a mark of a cell or row says; `otherwise` where there is none."""
    written = "" if mark is None else _value(mark)
    return int(written) if written.isascii() and written.isdecimal() else otherwise


def _is_unseen(element: Any) -> bool:
    """Whether it is a hidden run, or what Word shows until somebody fills a form's field."""
    mark = element.find("{*}rPr/{*}vanish") if _name(element) == "r" else None
    is_hidden = mark is not None and _value(mark) not in ("0", "false")
    return is_hidden or _is_made_by_word(element)


def _is_run_on(paragraph: Any) -> bool:
    """Whether the end of a paragraph was deleted, so that the next one goes on in it."""
    return paragraph.find("{*}pPr/{*}rPr/{*}del") is not None


def _is_made_by_word(element: Any) -> bool:
    """Whether it is a table of contents, or a field of a form that nobody has filled."""
    empty = element.find("{*}sdtPr/{*}showingPlcHdr")
    if empty is not None and _value(empty) not in ("0", "false"):
        return True
    found = element.find("{*}sdtPr/{*}docPartObj/{*}docPartGallery")
    return found is not None and _value(found) == "Table of Contents"
