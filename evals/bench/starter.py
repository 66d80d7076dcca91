"""What a user would write instead of Dateline: the LlamaIndex starter, on a Chroma folder.

    python -m evals.bench.starter FOLDER QUESTION

Retrieves five passages and prints them, the least that a starter does before it calls an
LLM. It uses Dateline's own vectors, so that only the machinery around them differs; the
first run fills the folder. `evals.bench.cold` times it; nothing else imports it.
"""

import sys
from importlib.resources import files

import chromadb
from chromadb.config import Settings
from llama_index.core import SimpleDirectoryReader, StorageContext, VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.node_parser import SentenceSplitter
from llama_index.vector_stores.chroma import ChromaVectorStore

from index.embed import StaticEmbedder

PASSAGES = 5
_STATIC = StaticEmbedder()


class StaticEmbedding(BaseEmbedding):  # type: ignore[misc]
    """Dateline's default embedder as LlamaIndex wants it."""

    def _get_text_embedding(self, text: str) -> list[float]:
        return [float(number) for number in _STATIC.embed([text])[0]]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)


def main(folder: str, question: str) -> None:
    """Print the passages of the shipped articles that are nearest to the question."""
    chroma = chromadb.PersistentClient(folder, Settings(anonymized_telemetry=False))
    collection = chroma.get_or_create_collection("starter")
    vectors = ChromaVectorStore(chroma_collection=collection)
    embedding = StaticEmbedding()
    if collection.count():
        index = VectorStoreIndex.from_vector_store(vectors, embed_model=embedding)
    else:
        index = VectorStoreIndex.from_documents(
            SimpleDirectoryReader(str(files("seeds")), required_exts=[".txt"]).load_data(),
            StorageContext.from_defaults(vector_store=vectors),
            transformations=[SentenceSplitter(chunk_size=256)],
            embed_model=embedding,
        )
    for found in index.as_retriever(similarity_top_k=PASSAGES).retrieve(question):
        print(f"{found.score:.3f} {found.node.metadata['file_name']}\n{found.node.get_content()}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
