"""Which embedder do the settings name?"""

from collections.abc import Mapping
from typing import Any

from index.embedding.static import Embedder, StaticEmbedder
from index.errors import UsageError


def embedder_named(
    name: str, options: Mapping[str, Any] = {}, url: str | None = None, key: str | None = None
) -> Embedder:
    """The embedder that the configuration calls `name`, with its `options`.

    `url` and `key` are for models behind OpenAI's API, where the options name no others.
    Raises UsageError when there is none, or it cannot be had without a key.
    """
    if name == "static":
        return StaticEmbedder()
    kind, _, model = name.partition(":")
    if kind not in ("openai", "llamaindex") or not model:
        raise UsageError(
            f"there is no embedding called {name!r}; choose static, openai:MODEL or "
            "llamaindex:CLASS"
        )
    from index.embedding.remote import LlamaIndexEmbedder, OpenAIEmbedder  # noqa: PLC0415
    from index.providers.openai_api import OPENAI, Endpoint  # noqa: PLC0415  (most need neither)

    if kind == "llamaindex":
        return LlamaIndexEmbedder(model, options)
    rest = dict(options)
    url, key = rest.pop("base_url", url), rest.pop("api_key", key)
    if not url and not key:
        raise UsageError(f"{name} needs OPENAI_API_KEY, or OPENAI_BASE_URL of another server")
    return OpenAIEmbedder(Endpoint(model, url or OPENAI, key), rest)
