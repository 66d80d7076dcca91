"""Articles into passages with their vectors: the part of indexing that any process may do.

It reads and writes nothing, and what it makes depends on nothing but what it is given, so it
can be done elsewhere, at the same time as something else, or once more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from index.embedding.static import Embedder, Vectors
from index.text.splitter import Span, passages


class Text(NamedTuple):
    """What passages are made of; the article's id is only kept with it."""

    article_id: int
    title: str
    text: str


class Passages(NamedTuple):
    """An article's passages: spans of its text, and vectors of shape `(len(spans), dimension)`."""

    spans: list[Span]
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class PassageMaker:
    """Makes passages of articles; may be pickled wherever its embedder may."""

    embedder: Embedder

    def __call__(self, texts: Sequence[Text]) -> list[Passages]:
        """The passages of each article, in their order."""
        spans = [passages(text.text) for text in texts]
        vectors = self.embedder.embed(
            [
                embedded_text(title, text[start:end])
                for (_, title, text), of_text in zip(texts, spans, strict=True)
                for start, end in of_text
            ]
        )
        made, at = [], 0
        for of_text in spans:
            made.append(Passages(of_text, vectors[at : at + len(of_text)]))
            at += len(of_text)
        return made


def embedded_text(title: str, passage: str) -> str:
    """What is embedded for a passage."""
    return f"{title}. {passage}"
