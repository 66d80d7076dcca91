"""Files into articles, one reader a kind of file.

It knows nothing of splitting, embedding or stores. What cannot be read becomes a Problem
and never stops the rest. To read another kind of file, write a function from a path and a
source to articles and problems, and name it in READERS.
"""

import gzip
import json
import os
import re
import stat
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from index.article import Article
from index.dates import find_date, parse_date
from index.errors import ArticlesError

MAX_BYTES = 100_000_000
"""The longest file of one article, and the longest line of a feed dump."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")
_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?\n)?---[ \t]*(?:\n|$)", re.DOTALL)
_HEADING = re.compile(r"^#[ \t]+(.+?)[ \t#]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be read, and why.

    `line` counts from 1, in a feed dump. `incomplete` says that the rest of the file is
    unknown, so that what was read from it at an earlier time still counts.
    """

    source: str
    reason: str
    line: int | None = None
    incomplete: bool = False


Reader = Callable[[Path, str], Iterator[Article | Problem]]


def find_files(
    root: Path, on_problem: Callable[[Problem], None] | None = None
) -> Iterator[tuple[Path, str]]:
    """The files under `root` that can hold articles, sorted, each with its source.

    The source is the path relative to `root`, or the name where `root` is a file itself.
    Hidden files and folders are left out. Raises ArticlesError when `root` cannot be read
    or holds no such file.
    """
    if str(root) != _utf8(str(root)):
        raise ArticlesError(f"cannot read {_utf8(str(root))}: its name is not UTF-8; rename it")
    try:
        mode = root.stat().st_mode
    except OSError as error:
        raise ArticlesError(
            f"cannot read {root}: {reason_of(error)}; name a folder or file that can be read"
        ) from error
    if stat.S_ISDIR(mode):
        found = _walk(root, "", set(), on_problem or (lambda _: None))
    else:
        found = iter([(root, root.name)] if stat.S_ISREG(mode) and reader_of(root.name) else [])
    first = next(found, None)
    if first is None:
        raise ArticlesError(f"no articles in {root}: it holds no {', '.join(READERS)} file")
    yield first
    yield from found


def read_file(path: Path, source: str) -> Iterator[Article | Problem]:
    """The articles of one file, in order, with a Problem for each that cannot be read."""
    reader = reader_of(path.name)
    if reader is None:
        yield Problem(source, f"not a kind of file that is read ({', '.join(READERS)})")
        return
    try:
        yield from reader(path, source)
    except OSError as error:
        yield Problem(source, f"cannot be read: {reason_of(error)}", incomplete=True)


def reader_of(name: str) -> Reader | None:
    """The reader for a file of this name, or None."""
    lower = name.lower()
    return next((READERS[suffix] for suffix in READERS if lower.endswith(suffix)), None)


def _walk(
    folder: Path, prefix: str, above: set[tuple[int, int]], on_problem: Callable[[Problem], None]
) -> Iterator[tuple[Path, str]]:
    """Files first, then folders, each by name; a folder inside itself is not entered.

    `prefix` is put before names to make them relative to the root.
    """
    try:
        here = folder.stat()
        # pathlib's own iterdir is three times slower, and this is done before each answer.
        with os.scandir(folder) as entries:
            seen = sorted((e.name, _is_folder(e), e) for e in entries if e.name[0] != ".")
    except OSError as error:
        if not prefix:
            raise ArticlesError(
                f"cannot read {folder}: {reason_of(error)}; allow it, or name another folder"
            ) from error
        source = _utf8(prefix.removesuffix("/"))
        on_problem(Problem(source, f"cannot be read: {reason_of(error)}", incomplete=True))
        return
    identity = (here.st_dev, here.st_ino)
    if identity in above:
        return
    for name, is_folder, entry in seen:
        if is_folder or not reader_of(name) or not _is_file(entry):
            continue
        source = prefix + name
        if source == _utf8(source):
            yield folder / name, source
        else:
            on_problem(Problem(_utf8(source), "its name is not UTF-8; rename it"))
    for name, is_folder, _ in seen:
        if is_folder:
            yield from _walk(folder / name, f"{prefix}{name}/", above | {identity}, on_problem)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    with suppress(OSError):  # a link that leads to itself
        return entry.is_dir()
    return False


def _is_file(entry: os.DirEntry[str]) -> bool:
    with suppress(OSError):
        return entry.is_file()
    return False


def _read_text(path: Path, source: str) -> Iterator[Article | Problem]:
    text = _text_of(path, source)
    if isinstance(text, Problem):
        yield text
    else:
        yield Article(source, _title_of(text) or _readable(path), text, find_date(text))


def _read_markdown(path: Path, source: str) -> Iterator[Article | Problem]:
    text = _text_of(path, source)
    if isinstance(text, Problem):
        yield text
        return
    fields, body = _front_matter(text)
    if not body.strip():
        yield Problem(source, "empty")
        return
    heading = _HEADING.search(body)
    title = _title(fields.get("title")) or (heading[1] if heading else _title_of(body))
    published = parse_date(fields.get("published")) or parse_date(fields.get("date"))
    url = _string(fields.get("url"))
    yield Article(source, title or _readable(path), body, published or find_date(body), url)


def _read_feed(path: Path, source: str) -> Iterator[Article | Problem]:
    zipped = path.name.lower().endswith(".gz")
    try:
        with gzip.open(path) if zipped else path.open("rb") as stream:
            for number, line in _lines(stream):
                yield from _read_row(line, number, source)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        yield Problem(source, f"broken gzip file ({error})", incomplete=True)


READERS: dict[str, Reader] = {
    ".txt": _read_text,
    ".md": _read_markdown,
    ".jsonl": _read_feed,
    ".jsonl.gz": _read_feed,
}


def _text_of(path: Path, source: str) -> str | Problem:
    """The file's text with "\\n" line ends and no control characters."""
    with path.open("rb") as stream:
        data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        return Problem(source, f"longer than {MAX_BYTES // 1_000_000} MB; split it")
    if b"\0" in data[:8192]:
        return Problem(source, "binary, not text")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return Problem(source, "not UTF-8 text; save it as UTF-8")
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text if text.strip() else Problem(source, "empty")


def _title_of(text: str) -> str:
    """The first line that is not empty, when it reads like a title; otherwise ""."""
    first = re.search(r"[^\n]*\S[^\n]*", text)
    if first is None:
        return ""
    title = first.group().strip()
    alone = re.match(r"\n[^\S\n]*(?:\n|$)|$", text[first.end() : first.end() + 200])
    short = len(title) <= 100 and not title.endswith(".")
    return title if len(title) <= 200 and (alone or short) else ""


def _readable(path: Path) -> str:
    return re.sub(r"[\s_-]+", " ", path.stem).strip() or path.name


def _front_matter(text: str) -> tuple[dict[str, Any], str]:
    """The YAML fields at the top, and the text after them."""
    block = _FRONT_MATTER.match(text)
    if block is None:
        return {}, text
    import frontmatter  # noqa: PLC0415 - costs start-up time
    from frontmatter.default_handlers import YAMLHandler  # noqa: PLC0415

    try:
        fields, _ = frontmatter.parse(block.group(), handler=YAMLHandler())
    except Exception:  # YAML has many ways to be wrong; the article itself is still good
        fields = {}
    return (fields if isinstance(fields, dict) else {}), text[block.end() :]


def _lines(stream: BinaryIO | gzip.GzipFile) -> Iterator[tuple[int, bytes | None]]:
    """Each line with its number; None for one that is too long to hold."""
    number = 0
    while line := stream.readline(MAX_BYTES):
        number += 1
        if len(line) < MAX_BYTES or line.endswith(b"\n"):
            yield number, line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(MAX_BYTES)
        yield number, None


def _read_row(line: bytes | None, number: int, source: str) -> Iterator[Article | Problem]:
    if line is None:
        yield Problem(source, f"a line of more than {MAX_BYTES // 1_000_000} MB", number)
        return
    try:
        written = line.decode("utf-8-sig" if number == 1 else "utf-8")
        row = json.loads(written) if written.strip() else None
    except UnicodeDecodeError:
        yield Problem(source, "not UTF-8 text; save it as UTF-8", number)
        return
    except (ValueError, RecursionError) as error:
        yield Problem(source, f"not JSON ({error})", number)
        return
    if written.strip():
        for found in _articles_in(row):
            yield _article_of(found, number, source)


def _articles_in(row: object) -> list[Any]:
    """The row itself, or what a search found, as RealTimeQA publishes it."""
    found = row.get("search_result") if isinstance(row, dict) and "text" not in row else None
    return found if isinstance(found, list) else [row]


def _article_of(row: object, number: int, source: str) -> Article | Problem:
    if not isinstance(row, dict):
        return Problem(source, "not a JSON object", number)
    url = _string(row.get("url"))
    # BEIR's `_id` comes first: its judgements use it, and its passages of a page share their url.
    name = _string(row.get("_id")) or url or _string(row.get("id")) or _string(row.get("doc_id"))
    text = row.get("text")
    if not name:
        return Problem(source, "has neither url nor id", number)
    if not isinstance(text, str) or not text.strip():
        return Problem(source, "has no text", number)
    text = _keepable(text)
    title = _title(row.get("title")) or _title_of(text) or name
    published = parse_date(row.get("published")) or parse_date(row.get("publish_date"))
    return Article(name, title, text, published, url)


def _string(value: object) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return None
    return _keepable(value).strip() or None


def _title(value: object) -> str:
    return " ".join((_string(value) or "").split())


def _keepable(text: str) -> str:
    """`text` with what no database and no encoding takes replaced, one for one."""
    return _UNKEEPABLE.sub("\ufffd", text)


def _utf8(name: str) -> str:
    return name.encode("utf-8", "replace").decode("utf-8")


def reason_of(error: OSError) -> str:
    """What the system said, in the words of a sentence."""
    return (error.strerror or str(error)).lower()
