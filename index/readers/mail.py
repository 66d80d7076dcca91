"""Letters of e-mail (.eml): the text, the subject, who sent it and when."""

import re
from collections.abc import Iterator
from datetime import date
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from pathlib import Path

from index.article import Article
from index.readers.dates import parse_date
from index.readers.markup import blocks_of, tree_of
from index.readers.outline import Block, laid_out
from index.readers.problem import MAX_BYTES, Problem, read_bytes
from index.readers.wording import flat, title_of_file

_SIGNATURE = "\n-- \n"


def read(path: Path, source: str) -> Iterator[Article | Problem]:
    """The text of a letter as one article, and a problem that names what is attached to it."""
    data = read_bytes(path, source, MAX_BYTES)
    if isinstance(data, Problem):
        yield data
        return
    letter = message_from_bytes(data, policy=policy.default.clone(refold_source="none"))
    assert isinstance(letter, EmailMessage)
    title = flat(_header(letter, "Subject"))
    text, places = laid_out(_blocks(letter), title)
    if not text:
        yield Problem(source, "holds no text")
        return
    sender = ", ".join(flat(name) for name, _ in getaddresses([_header(letter, "From")]) if name)
    day = _day(_header(letter, "Date"))
    yield Article(source, title or title_of_file(path), text, day, None, sender or None, places)
    if attached := [flat(part.get_filename() or "") or "?" for part in letter.iter_attachments()]:
        yield Problem(source, f"its attachments are not read: {', '.join(attached[:5])}")


def _header(letter: EmailMessage, name: str) -> str:
    try:
        return str(letter.get(name, ""))
    except Exception:  # a header may be broken in many ways; the letter is still good
        return ""


def _day(written: str) -> date | None:
    try:
        return parsedate_to_datetime(written).date()
    except (TypeError, ValueError, OverflowError):
        return parse_date(written)


def _blocks(letter: EmailMessage) -> Iterator[Block]:
    """The text of the letter, as plain text where it has that."""
    for kind in ("plain", "html"):
        part = letter.get_body((kind,))
        text = _text(part) if isinstance(part, EmailMessage) else ""
        if kind == "plain" and text.strip():
            body = text.replace("\r\n", "\n").partition(_SIGNATURE)[0]
            yield from (Block(paragraph) for paragraph in body.split("\n\n"))
            return
        if text.strip():
            tree = tree_of(text.encode("utf-8", "replace"), "utf-8")
            yield from () if tree is None else blocks_of(tree)


def _text(part: EmailMessage) -> str:
    try:
        text = str(part.get_content())
    except (LookupError, KeyError, ValueError):  # of a charset that does not exist
        payload = part.get_payload(decode=True)
        text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    flowed = part.get_param("format") == "flowed"
    return re.sub(r"(?<=\S)(?<!\n--) \r?\n(?!>)", " ", text) if flowed else text
