"""What a user would write instead of Dateline: the LlamaIndex starter, on a Chroma folder.

    python -m evals.bench.starter FOLDER QUESTION

Retrieves five passages and prints them, the least that a starter does before it calls an
LLM. It uses Dateline's own vectors, so that only the machinery around them differs; the
first run fills the folder with the shipped articles.
"""

import sys
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import chromadb
from chromadb.config import Settings
from llama_index.core import Document, SimpleDirectoryReader, StorageContext, VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.node_parser import SentenceSplitter
from llama_index.vector_stores.chroma import ChromaVectorStore

from index.embedding.static import StaticEmbedder

PASSAGES = 5
CHUNK = 256
_STATIC = StaticEmbedder()


class StaticEmbedding(BaseEmbedding):  # type: ignore[misc]
    """Dateline's default embedder as LlamaIndex wants it."""

    def _get_text_embedding(self, text: str) -> list[float]:
        return [float(number) for number in _STATIC.embed([text])[0]]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return [[*map(float, row)] for row in _STATIC.embed(texts)]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)


class StarterIndex:
    """Documents on Chroma, in chunks of so many tokens, or as LlamaIndex likes to cut them."""

    def __init__(self, folder: Path, chunk_size: int | None = CHUNK) -> None:
        chroma = chromadb.PersistentClient(str(folder), Settings(anonymized_telemetry=False))
        self._collection = chroma.get_or_create_collection("starter")
        self._vectors = ChromaVectorStore(chroma_collection=self._collection)
        # By default chunks overlap by 200 tokens, so that short ones would be four times as many.
        self._splitter = (
            SentenceSplitter(chunk_size=chunk_size, chunk_overlap=0)
            if chunk_size
            else SentenceSplitter()
        )

    @property
    def count(self) -> int:
        """How many chunks there are."""
        return int(self._collection.count())

    def fill(self, texts: Iterable[tuple[str, Mapping[str, Any]]]) -> int:
        """Index texts with their metadata; how many chunks there are then."""
        # Kept out of the chunks, or there would be several times as many.
        documents = [
            Document(
                text=text,
                metadata=dict(about),
                excluded_embed_metadata_keys=[*about],
                excluded_llm_metadata_keys=[*about],
            )
            for text, about in texts
        ]
        VectorStoreIndex.from_documents(
            documents,
            StorageContext.from_defaults(vector_store=self._vectors),
            transformations=[self._splitter],
            embed_model=StaticEmbedding(),
        )
        return self.count

    def retriever(self, k: int) -> Any:
        """LlamaIndex's retriever of the k nearest chunks."""
        index = VectorStoreIndex.from_vector_store(self._vectors, embed_model=StaticEmbedding())
        return index.as_retriever(similarity_top_k=k)


def main(folder: str, question: str) -> None:
    """Print the passages of the shipped articles that are nearest to the question."""
    index = StarterIndex(Path(folder))
    if not index.count:
        read = SimpleDirectoryReader(str(files("seeds")), required_exts=[".txt"]).load_data()
        index.fill((document.text, document.metadata) for document in read)
    for found in index.retriever(PASSAGES).retrieve(question):
        print(f"{found.score:.3f} {found.node.metadata['file_name']}\n{found.node.get_content()}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
