"""Rerankers of LlamaIndex for tests."""

from llama_index.core.bridge.pydantic import Field
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.schema import NodeWithScore, QueryBundle


class ByLength(BaseNodePostprocessor):  # type: ignore[misc]
    """Ranks long texts first, and keeps two of them as rerankers do."""

    top_n: int = Field(default=2)

    def _postprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        for node in nodes:
            node.score = float(len(node.node.get_content()))
        return sorted(nodes, key=lambda n: -(n.score or 0))[: self.top_n]


class Broken(BaseNodePostprocessor):  # type: ignore[misc]
    """Fails, as a server that is away does."""

    def _postprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        raise ConnectionError
