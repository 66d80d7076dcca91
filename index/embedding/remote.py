"""Embedding models that are configured by name: behind OpenAI's API, or LlamaIndex's.

They give vectors in the form of `index/embedding/static.py`. An answer in another form is
refused before it can reach an index. Passages and questions are embedded alike.
"""

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from index.embedding.static import Vectors, unit
from index.errors import MalformedReplyError, ModelError
from index.providers.integration import made, without_secrets
from index.providers.openai_api import Endpoint

if TYPE_CHECKING:
    from openai import OpenAI

BATCH = 128
"""Passages a request: some 40,000 tokens, of the 300,000 that OpenAI takes."""
AT_ONCE = 4
"""Requests under way; the client waits where the server says that these are too many."""
RETRIES = 8
"""More than for a chat: hours of indexing should outlive a bad minute."""
SHAPES = ("dimension", "model", "normalize", "pooling", "prefix", "instruction", "trunc")
"""Words in the names of options that change what vectors come out."""


class OpenAIEmbedder:
    """An embedding model behind OpenAI's API; `options` go with every request."""

    def __init__(self, endpoint: Endpoint, options: Mapping[str, Any] = {}) -> None:
        self._endpoint = endpoint
        self._options = options

    @property
    def name(self) -> str:
        """The model and what shapes its vectors. A server may move without a new index."""
        return f"openai:{self._endpoint.model}{_shape(self._options)}"

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One vector of length 1 a text: float32, shape `(len(texts), dimension)`.

        Raises ModelError when they cannot be had.
        """
        batches = [texts[start : start + BATCH] for start in range(0, len(texts), BATCH)]
        client = self._client
        if len(batches) > 1:
            client = client.with_options(max_retries=RETRIES)
        workers = ThreadPoolExecutor(AT_ONCE, "embedder")
        try:
            found = workers.map(partial(self._batch, client), batches)
            rows = [row for batch in found for row in batch]
        finally:
            workers.shutdown(cancel_futures=True)
        return _vectors(rows, len(texts), self._endpoint.model)

    @cached_property
    def _client(self) -> "OpenAI":
        return self._endpoint.client()

    def _batch(self, client: "OpenAI", texts: Sequence[str]) -> list[list[float]]:
        wanted = {"model": self._endpoint.model, "input": [text or " " for text in texts]}
        with self._endpoint.plain_errors():
            found = client.embeddings.create(**wanted | dict(self._options)).data
            return [item.embedding for item in sorted(found, key=lambda item: item.index)]


class LlamaIndexEmbedder:
    """The LlamaIndex embedding whose class is `path`, made with `options` as its keywords."""

    def __init__(self, path: str, options: Mapping[str, Any] = {}) -> None:
        self._path = path
        self._options = options

    def __reduce__(self) -> tuple[type["LlamaIndexEmbedder"], tuple[str, Mapping[str, Any]]]:
        """Another process makes the model itself."""
        return LlamaIndexEmbedder, (self._path, self._options)

    @property
    def name(self) -> str:
        """The class and what shapes its vectors."""
        return f"llamaindex:{self._path}{_shape(self._options)}"

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One vector of length 1 a text: float32, shape `(len(texts), dimension)`.

        Raises ModelError when they cannot be had, UsageError when there is no such class.
        """
        model = self._model
        try:
            rows = model.get_text_embedding_batch([text or " " for text in texts])
        except Exception as problem:  # integrations raise whatever their clients do
            said = without_secrets(f"{type(problem).__name__}: {problem}", self._options)
            raise ModelError(f"{self._path} fails ({said})") from problem
        return _vectors(rows, len(texts), self._path)

    @cached_property
    def _model(self) -> Any:
        return made(self._path, "llama_index.core.embeddings.BaseEmbedding", self._options)


def _shape(options: Mapping[str, Any]) -> str:
    kept = {k: v for k, v in options.items() if any(word in k.lower() for word in SHAPES)}
    return f" {json.dumps(kept, sort_keys=True)}" if kept else ""


def _vectors(rows: Sequence[Sequence[float]], count: int, model: str) -> Vectors:
    """The rows as vectors of length 1."""
    try:
        vectors = np.array(rows, dtype=np.float32)
    except (TypeError, ValueError) as problem:  # of several lengths, or no numbers
        raise MalformedReplyError(f"{model} gave vectors that cannot be used") from problem
    if len(vectors) != count:
        raise MalformedReplyError(f"{model} gave {len(vectors)} vectors for {count} texts")
    if count and not (vectors.ndim == 2 and vectors.size and np.isfinite(vectors).all()):
        raise MalformedReplyError(f"{model} gave vectors that cannot be used")
    return unit(vectors)
