"""`dateline show` and `dateline search`: an article, and the passages found for some words."""

import asyncio
import sys
from typing import TYPE_CHECKING

from bot.cli.lookup import shown_json
from bot.cli.opening import opened_store
from bot.cli.output import note, print_all, print_json
from bot.cli.render import article_blocks, console, passage_blocks
from bot.factory import answerer_on
from bot.service.listing import why_missing
from bot.validation import clean_question, find_range
from index.errors import UsageError

if TYPE_CHECKING:
    from bot.config import Config

Mark = tuple[str | None, int | None, int | None]
"""What is to be marked: a quote, or from which character up to which."""


def list_passages(config: "Config", query: str, limit: int, *, full: bool, as_json: bool) -> None:
    """Print the passages found for some words, best first; `full` prints all of each."""
    words = clean_question(query)
    with opened_store(config) as opened:
        answerer = answerer_on(opened, config)
        found = asyncio.run(answerer.search(words, as_of=config.today, k=limit))
    if as_json:
        print_json(found)
        return
    if not found:
        note("nothing was found; try other words")
    print_all(passage_blocks(found, words, None if full else console(sys.stdout).width))


def show_article(config: "Config", source: str, wanted: Mark, as_json: bool) -> None:
    """Print one article, and mark in it what is wanted."""
    with opened_store(config) as opened:
        # A shell passes any bytes on; no article's name holds half a character.
        source = source.encode(errors="replace").decode()
        article = opened.article(source)
        if article is None:
            raise UsageError(why_missing(opened, source, "`dateline sources` lists them"))
        related = opened.related(source)
    mark = find_range(article, *wanted)
    if as_json:
        print_json(shown_json(article, mark) | related._asdict())
        return
    out = console(sys.stdout)
    print_all(article_blocks(article, mark, signs=out.color_system is None, related=related))
