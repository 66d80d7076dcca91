"""What a chat can look up beside the answers: articles, passages, and why an answer is as it is."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Any

from rich.text import Text

from bot.answer import Answer, Citation
from bot.cli.render import Block, article_blocks, clean, heading, one_line
from index.article import Article, Passage
from index.errors import UsageError

if TYPE_CHECKING:
    import asyncio

    from bot.answerer import Answerer
    from index.store import Store

FOUND = 5
"""Passages that a search in a chat shows."""
BEST = 3
"""Articles that are named where somebody asks why."""
AROUND = 400
"""Characters of an article shown on either side of a quote."""
MOST_SOURCES = 20_000
"""Sources that are offered to complete; a list of more is no help, and takes seconds."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """Finds articles and passages for a chat, and waits for them."""

    answerer: "Answerer"
    store: "Store"
    runner: "asyncio.Runner"
    today: date

    def search(self, query: str) -> Sequence[Passage]:
        """The best passages for some words."""
        return self.runner.run(self.answerer.search(query, as_of=self.today, k=FOUND))

    def article(self, source: str) -> Article:
        """The article with this source; raises UsageError where there is none."""
        found = self.store.article(source)
        if found is None:
            raise UsageError(f"there is no article {source!r}; `dateline sources` lists them")
        return found

    def sources(self) -> list[str]:
        """The names of articles."""
        return [row.source for row in islice(self.store.catalogue(), MOST_SOURCES)]


def cited(answer: Answer | None, number: str) -> Citation:
    """The citation of an answer with this number; raises UsageError where there is none."""
    citations = answer.citations if answer else ()
    for citation in citations:
        if number == str(citation.n):
            return citation
    known = f"the last answer has 1 to {len(citations)}" if citations else "no answer has any yet"
    raise UsageError(f"there is no source {number}; {known}")


def shown_json(article: Article, mark: tuple[int, int] | None) -> dict[str, Any]:
    """An article as `show --json` prints it."""
    start, end = mark or (None, None)
    return asdict(article) | {"start": start, "end": end}


def quote_blocks(article: Article, citation: Citation, signs: bool) -> Iterator[Block]:
    """The part of an article around a quote, which is marked in it."""
    start = _break(article.text, citation.start - AROUND, citation.start)
    end = len(article.text)
    if citation.end + AROUND < end:
        end = article.text.rfind(" ", citation.end, citation.end + AROUND) + 1 or citation.end
    part = Article(
        article.source,
        article.title,
        f"{'…' if start else ''}{article.text[start:end]}{'…' if end < len(article.text) else ''}",
        article.published,
        article.url,
        article.author,
    )
    moved = (1 if start else 0) - start
    return article_blocks(part, (citation.start + moved, citation.end + moved), signs)


def _break(text: str, wanted: int, latest: int) -> int:
    """Where to begin: at the first word after `wanted`, and not after `latest`."""
    return 0 if wanted <= 0 else text.find(" ", wanted, latest) + 1 or latest


def why_blocks(answer: Answer) -> Iterator[Block]:
    """How an answer came about: what was searched for and found, and what was left out."""
    yield _fact("searched for", answer.query)
    yield _fact("confidence", f"{answer.confidence:.2f} that the articles hold the answer")
    yield _fact("written by", "nobody; it is quotes" if answer.model == "quotes" else answer.model)
    for note in answer.notes:
        yield _fact("note", note)
    best = {passage.source: passage for passage in reversed(answer.passages)}
    for passage in [*reversed(best.values())][:BEST]:
        yield Block(Text.assemble(("found: ", "dim"), heading(passage)))
    for left in answer.left_out:
        yield _fact("left out", f"“{clean(left.text).strip()}”")
        yield Block(Text.assemble(("because: ", "dim"), one_line(left.reason)), indent=4)
    if not answer.left_out:
        yield Block(Text("nothing that was written was left out", "dim"))


def _fact(name: str, value: str) -> Block:
    return Block(Text.assemble((f"{name}: ", "dim"), one_line(value)))
