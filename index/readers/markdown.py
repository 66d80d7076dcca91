"""Markdown (.md, .markdown): the text without its marks, its fields from the front matter."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from index.article import Article
from index.readers.dates import find_date, parse_date
from index.readers.facts import facts_of
from index.readers.front_matter import front_matter
from index.readers.markup import blocks_of, tree_of
from index.readers.outline import Block, laid_out
from index.readers.plain import text_of
from index.readers.problem import Problem
from index.readers.unwrap import is_prose, joined_lines
from index.readers.wording import flat, title_of, title_of_file

_BREAK = "\ue000"
"""Stands for the end of a line within a paragraph; no text has it."""
_CODE = (
    r"(?P<code>^(?P<fence>```+|~~~+)[^\n]*\n(?:.*\n){0,5000}?[ \t]*(?P=fence)|``.+?``|`[^`\n]+`)"
)
_LEFT_OUT = re.compile(
    rf"""{_CODE}
    | (?P<drop>
        (?<!\S)%%(?!%)(?:(?!\n\s*\n[ \t]*\#)[\s\S]){{0,20000}}?%%(?!\d) # Obsidian's comments
      | <!--[\s\S]{{0,20000}}?-->
      | !\[\[[^\]\n]*\]\]                                       # what is shown from other files
      | \{{%[^\n]*?%\}} | \{{\{{[^\n]*?\}}\}}                   # Liquid, Jinja, Hugo
      | \{{[:\#.][^{{}}\n]*\}}                                  # Kramdown's attributes
      | (?<=[^\s\[])[ \t]+\^[A-Za-z0-9-]+[ \t]*$                # names of paragraphs
      )
    | ==(?![=\s])(?P<marked>[^=\n]+?)(?<!\s)==(?!=)
    | \[\[(?P<page>[^\[\]|\#\n]*)(?:\#(?P<part>[^\[\]|\n]*))?(?:\\?\|(?P<alias>[^\[\]\n]*))?\]\]
    """,
    re.VERBOSE | re.MULTILINE,
)
_CALLOUT = re.compile(r"^([ \t]*(?:>[ \t]?)+)\[!\w[\w -]*\][-+]?[ \t]*(.*)$", re.MULTILINE)
_TASK = re.compile(r"^([ \t]*(?:[-*+]|\d+[.)])[ \t]+)\[[ xX/>-]\][ \t]+", re.MULTILINE)
_DATED_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[-_ ]+(.*))?$")


def read(path: Path, source: str) -> Iterator[Article | Problem]:
    """The one article of a Markdown file, and a problem where its front matter is left unread."""
    text = text_of(path, source)
    if isinstance(text, Problem):
        yield text
        return
    fields, body, problem = front_matter(text)
    tokens = _parser().parse(_without_marks(body))
    blocks = [*_blocks(tokens)]
    day, name = _named(path)
    facts = facts_of(fields, lambda name: flat(_unlinked(name)))
    title = facts.title or _heading(tokens)
    shown, places = laid_out(blocks, title)
    if not shown:
        yield Problem(source, "empty")
        return
    yield Article(
        source,
        flat(_unlinked(title)) or title_of(shown) or name,
        shown,
        facts.published or find_date(shown) or parse_date(day),
        facts.url,
        facts.author,
        places,
    )
    if problem:
        yield Problem(source, problem)


def _named(path: Path) -> tuple[str, str]:
    """The day that a blog's file bears in its name, or its folder's, and its name as words."""
    bare = path.parent if path.stem in ("index", "_index") else path.with_suffix("")
    found = _DATED_NAME.match(bare.name)
    if not found:
        return "", title_of_file(path)
    return found[1], title_of_file(Path(f"{found[2] or found[1]}.md"))


# The text without its marks


def _without_marks(body: str) -> str:
    """Markdown as it is everywhere: without comments, links of wikis, marks of tasks and pens."""
    body = _LEFT_OUT.sub(_kept, body.replace(_BREAK, ""))
    body = _CALLOUT.sub(lambda m: f"{m[1]}{m[2]}\n{m[1].rstrip()}" if m[2] else m[1], body)
    return _TASK.sub(r"\1", body)


def _kept(found: re.Match[str]) -> str:
    if found["code"]:
        return found.group()
    if found["marked"]:
        return found["marked"]
    return (found["alias"] or found["page"] or found["part"] or "") if not found["drop"] else ""


def _unlinked(title: str) -> str:
    return _LEFT_OUT.sub(_kept, title)


@lru_cache(maxsize=1)
def _parser() -> Any:
    """CommonMark with tables and footnotes, in HTML that shows no more than the text."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 - costs start-up time
    from mdit_py_plugins.footnote import footnote_plugin  # noqa: PLC0415

    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": 30})
    parser.enable(["table", "strikethrough"]).use(footnote_plugin)
    for name in ("footnote_ref", "footnote_anchor", "image"):
        parser.add_render_rule(name, lambda *_: "")
    parser.add_render_rule("softbreak", lambda *_: _BREAK)
    for name in ("fence", "code_block"):
        parser.add_render_rule(name, _code)
    return parser


def _heading(tokens: Sequence[Any]) -> str:
    """The first heading of the first level."""
    for heading, text in pairwise(tokens):
        if heading.type == "heading_open" and heading.tag == "h1":
            [block] = [*_blocks([text])] or [Block("")]
            return flat(block.text)
    return ""


def _blocks(tokens: Sequence[Any]) -> Iterator[Block]:
    parser = _parser()
    tree = tree_of(parser.renderer.render(tokens, parser.options, {}).encode(), "utf-8")
    for block in () if tree is None else blocks_of(tree):
        yield block._replace(text="\n".join(map(_whole, block.text.split("\n"))))


def _code(_: Any, tokens: Sequence[Any], place: int, *__: Any) -> str:
    from markdown_it.common.utils import escapeHtml  # noqa: PLC0415

    return f"<pre>{'<br>'.join(map(escapeHtml, tokens[place].content.splitlines()))}</pre>"


def _whole(text: str) -> str:
    """A paragraph in one line, but for verses and addresses."""
    lines = [part.strip() for part in text.split(_BREAK) if part.strip()]
    return joined_lines(lines) if is_prose(lines) else "\n".join(lines)
