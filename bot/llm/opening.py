"""Opens the language models that settings name: at OpenAI's API, from a file, or LlamaIndex's."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.config import Config
from bot.llm import LLM
from bot.setting_values import SMALLEST_WINDOW
from index.errors import UsageError
from index.providers.integration import PREFIX
from index.providers.openai_api import OPENAI, Endpoint
from prompts import PromptError, Prompts

WINDOW = 8192
"""Tokens a language model is taken to hold where neither it nor the settings tell."""


def prompts(config: Config) -> Prompts:
    """The words for language models, with those that the settings replace."""
    try:
        return Prompts(config.prompts)
    except PromptError as problem:
        raise UsageError(f"DATELINE_PROMPTS: {problem}") from None


@asynccontextmanager
async def opened_model(config: Config, name: str, key: str = "CHAT_MODEL") -> AsyncIterator["LLM"]:
    """The model of this name, closed on leaving; `key` is the setting that names it."""
    model = await _open_model(config, name, key)
    try:
        yield model
    finally:
        await model.aclose()


def is_slow(name: str | None) -> bool:
    """Whether a model runs on this machine, and would keep a first question waiting."""
    return bool(name) and str(name).lower().endswith(".gguf")


async def _open_model(config: Config, name: str, key: str) -> "LLM":
    # Each of these is slow to import, and at most one is needed.
    window, thinking = config.chat_window or WINDOW, config.chat_thinking_tokens
    if thinking and window - thinking < SMALLEST_WINDOW:
        raise UsageError(
            f"CHAT_THINKING_TOKENS: {thinking:,} leave too little of CHAT_WINDOW, {window:,}; "
            "raise that"
        )
    if name.startswith(PREFIX):
        from bot.llm.llamaindex import LlamaIndexModel  # noqa: PLC0415

        return await asyncio.to_thread(
            LlamaIndexModel,
            name.removeprefix(PREFIX),
            config.chat_window,
            config.chat_timeout,
            config.chat_options,
            prompts(config),
            thinking=thinking,
        )
    if is_slow(name):
        from bot.llm.local import LocalModel  # noqa: PLC0415

        return await LocalModel.load(
            Path(name),
            window,
            config.chat_timeout,
            config.chat_options,
            prompts(config),
            thinking=thinking,
        )
    from bot.llm.openai_chat import OpenAIChat  # noqa: PLC0415

    url = config.openai_base_url or OPENAI
    if not config.openai_api_key and not config.openai_base_url:
        raise UsageError(
            f"{key}: {name} at OpenAI needs a key; set OPENAI_API_KEY, or OPENAI_BASE_URL "
            "to a server of your own"
        )
    endpoint = Endpoint(name, url, config.openai_api_key, config.chat_timeout)
    return await asyncio.to_thread(
        OpenAIChat, endpoint, window, config.chat_options, prompts(config), thinking=thinking
    )
