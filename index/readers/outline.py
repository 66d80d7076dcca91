"""A document's paragraphs and headings into one text, with a name for each of its places."""

from collections.abc import Iterable
from typing import NamedTuple

from index.article import Place
from index.readers.unwrap import unwrapped, wrap_width
from index.readers.wording import flat, tidy


class Block(NamedTuple):
    """A paragraph, a row of a table, an item of a list, or a heading."""

    text: str
    is_heading: bool = False


def laid_out(blocks: Iterable[Block], title: str = "") -> tuple[str, tuple[Place, ...]]:
    """The blocks with an empty line between them, and which heading each is under.

    The title is left out where it is repeated above the text.
    """
    blocks = [*blocks]
    width = wrap_width("\n\n".join(block.text for block in blocks))
    text, places = "", list[Place]()
    begun, label = 0, ""
    for block in blocks:
        said = "\n".join(filter(None, map(flat, _lines(block.text, width))))
        if not said or (not text and said == title):
            continue
        text += "\n\n" if text else ""
        if block.is_heading:
            places += _place(begun, len(text), label)
            begun, label = len(text), f"§ {flat(said)}"
        text += said
    return text, (*places, *_place(begun, len(text), label))


def _lines(text: str, width: int | None) -> list[str]:
    """The lines of a block, joined where they were only broken to fit that width."""
    text = tidy(text)
    return (unwrapped(text, width) if width and "\n" in text else text).split("\n")


def _place(start: int, end: int, label: str) -> list[Place]:
    return [Place(start, end, label)] if label and end > start else []
