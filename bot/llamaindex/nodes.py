"""Passages and citations as LlamaIndex nodes, with their places in their articles."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from llama_index.core.schema import (
    NodeRelationship,
    NodeWithScore,
    ObjectType,
    RelatedNodeInfo,
    TextNode,
)

from bot.answer import Answer, Citation
from index.article import Passage

UNREAD = ("n", "start", "end")
"""Metadata that neither a language model nor an embedding has any use for."""


def article_metadata(
    source: str,
    title: str,
    published: date | None,
    url: str | None,
    author: str | None = None,
) -> dict[str, Any]:
    """Return what is known of an article; what is not known has no key."""
    day = published.isoformat() if published else None
    known = {"source": source, "title": title, "published": day, "url": url, "author": author}
    return {key: value for key, value in known.items() if value}


def passage_node(passage: Passage, score: float) -> NodeWithScore:
    """Return a passage as a node; `text` is what the article has from `start` to `end`."""
    about = article_metadata(passage.source, passage.title, passage.published, passage.url)
    return _node(passage.text, (passage.start, passage.end), about, score)


def citation_nodes(answer: Answer) -> list[NodeWithScore]:
    """Return the citations of an answer: the node of `[1]` is the first.

    Their score is the confidence of the answer.
    """
    return [_citation_node(citation, answer.confidence) for citation in answer.citations]


def answer_metadata(answer: Answer) -> dict[str, Any]:
    """Return all of an answer's JSON but its text and passages: `status`, `confidence`, …"""
    written = answer.as_json() | {"options": [option._asdict() for option in answer.options]}
    return {key: value for key, value in written.items() if key not in ("answer", "passages")}


def _citation_node(citation: Citation, score: float) -> NodeWithScore:
    about = article_metadata(citation.source, citation.title, citation.published, citation.url)
    more = {"n": citation.n} | ({"place": citation.place} if citation.place else {})
    return _node(citation.quote, (citation.start, citation.end), about, score, more)


def _node(
    text: str,
    place: tuple[int, int],
    about: Mapping[str, Any],
    score: float,
    more: Mapping[str, Any] = {},
) -> NodeWithScore:
    source, (start, end) = str(about["source"]), place
    article = RelatedNodeInfo(node_id=source, node_type=ObjectType.DOCUMENT, metadata=dict(about))
    node = TextNode(
        id_=f"{source}#{start}-{end}",
        text=text,
        metadata={**about, **more, "start": start, "end": end},
        excluded_llm_metadata_keys=[*UNREAD],
        excluded_embed_metadata_keys=[*UNREAD],
        relationships={NodeRelationship.SOURCE: article},
        start_char_idx=start,
        end_char_idx=end,
    )
    return NodeWithScore(node=node, score=score)
