"""A language model from a GGUF file, run by llama.cpp in this process.

llama.cpp speaks OpenAI's API on a port of this machine, to programs that know the key made up
here; so the model is asked as any other is, and stops when its reply is closed.
"""

import asyncio
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.llm.openai_chat import OpenAIChat
from index.errors import ModelRefusedError, UsageError, how_to_install
from index.providers.openai_api import Endpoint
from prompts import Prompts

QUIET = -1
INSTALL = f"a model from a file needs llama.cpp; {how_to_install('local')}"


class LocalModel(OpenAIChat):
    """One model in this process; made by `load`."""

    def __init__(self, server: Any, *rest: Any, thinking: int) -> None:
        super().__init__(*rest, thinking=thinking)
        self._server = server

    @classmethod
    async def load(
        cls,
        path: Path,
        window: int,
        seconds: float,
        options: Mapping[str, Any] = {},
        prompts: Prompts | None = None,
        *,
        thinking: int = 0,
    ) -> "LocalModel":
        """The model in the file at `path`, given room for `window` tokens if it takes as many.

        Raises UsageError without llama.cpp or the file, ModelRefusedError when llama.cpp
        cannot load it.
        """
        key = secrets.token_urlsafe()
        server = await asyncio.to_thread(_serve, path, window, key)
        endpoint = Endpoint(path.stem, f"{server.listening_address}/v1", key, seconds)
        model = cls(server, endpoint, window, options, prompts, thinking=thinking)
        # Let go of before it has answered once, the server would hang.
        [facts] = [found async for found in model._client.models.list()]
        model._window = facts.meta["n_ctx"]  # type: ignore[attr-defined]  # llama.cpp's own
        return model

    async def aclose(self) -> None:
        """Close the connections and unload the model."""
        await super().aclose()
        self._server = None


def _serve(path: Path, window: int, key: str) -> Any:
    """llama.cpp with the model loaded, serving until it is let go of."""
    path = path.expanduser()
    if not path.is_file():
        raise UsageError(f"there is no model file {path}; check CHAT_MODEL")
    try:
        import xllamacpp  # noqa: PLC0415  (an extra, and slow)
    except ImportError:
        raise UsageError(INSTALL) from None
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.n_ctx = window
    params.n_parallel = 1  # the whole window for one reply; others wait their turn
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [key]
    params.ui = False
    params.warmup = False
    params.verbosity = QUIET
    # llama.cpp's threads wait for each other in busy loops: one core is left to all others.
    threads = max(1, (os.cpu_count() or 1) - 1)
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    try:
        return xllamacpp.Server(params)
    except (RuntimeError, ValueError) as problem:
        raise ModelRefusedError(
            f"llama.cpp cannot load {path} ({problem}); is it a whole GGUF file?"
        ) from problem
