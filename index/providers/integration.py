"""Classes of installed LlamaIndex integrations, found by name and made with keywords.

It knows none of them.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from index.errors import UsageError

PREFIX = "llamaindex:"
"""Before the name of a class, in a setting that also takes other names."""
SECRET_LENGTH = 12


def made(path: str, base: str, options: Mapping[str, Any]) -> Any:
    """An object of the class at `path`, made with `options` as its keywords.

    Both `path` and `base`, a class of LlamaIndex that it must derive from, are dotted names.
    Raises UsageError when it is not installed, is no `base`, or does not take the options,
    which may hold secrets and are not repeated.
    """
    kind = _class_at(base, "install dateline again")
    found = _class_at(path, "install its integration, and write its whole dotted name")
    if not issubclass(found, kind):
        raise UsageError(f"{path} is no {base}")
    try:
        return found(**options)
    except Exception as problem:  # integrations raise whatever their clients do
        reason = type(problem).__name__
        raise UsageError(f"{path} cannot be made with its options ({reason})") from None


def without_secrets(text: str, options: Mapping[str, Any]) -> str:
    """The text in one line, with no value of the options in it that could be a key."""
    for value in options.values():
        if isinstance(value, str) and len(value) >= SECRET_LENGTH:
            text = text.replace(value, "…")
    return " ".join(text.split())


def _class_at(path: str, remedy: str) -> type:
    module, _, name = path.rpartition(".")
    try:
        found = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as problem:
        raise UsageError(f"there is no {path} ({problem}); {remedy}") from None
    if not isinstance(found, type):
        raise UsageError(f"{path} is no class")
    return found
