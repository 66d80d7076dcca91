"""The words given to language models: Markdown files, and what reads and fills them."""

from prompts.loader import Prompt, PromptError, Prompts, fenced

__all__ = ["Prompt", "PromptError", "Prompts", "fenced"]
