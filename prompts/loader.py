"""Reads prompts from Markdown files, a prompt a file, and puts values in for their variables.

A variable is a name in braces, `{question}`. Values are put in once and never read for
variables themselves, so no article or question can pull in another. It knows no model, and
nothing of what the prompts are for.
"""

import hashlib
import re
from collections.abc import Iterator, Set
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path

_VARIABLE = re.compile(r"\{([a-z_]+)\}")


class PromptError(ValueError):
    """A prompt is missing, cannot be read, or lacks a variable; the message names it."""


@dataclass(frozen=True)
class Prompt:
    """One prompt."""

    name: str
    text: str

    @cached_property
    def variables(self) -> frozenset[str]:
        """The names that `fill` has to be given."""
        return frozenset(_VARIABLE.findall(self.text))

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 of its text, in hex."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def fill(self, **values: object) -> str:
        """The text with the values in place; PromptError unless they are just its variables."""
        if values.keys() != self.variables:
            raise PromptError(f"the prompt {self.name} {_differ(self.variables, values.keys())}")
        return _VARIABLE.sub(lambda found: str(values[found[1]]), self.text)


class Prompts:
    """The shipped prompts by name, each replaced by the file of its name in `directory`.

    PromptError when a file there has no shipped counterpart, or other variables than that.
    """

    def __init__(self, directory: Path | None = None) -> None:
        here = (Path(str(entry)) for entry in files("prompts").iterdir())
        self._prompts = {path.stem: _read(path) for path in sorted(here) if path.suffix == ".md"}
        if directory:
            self._prompts |= {p.name: p for p in self._replacements(directory)}

    def __getitem__(self, name: str) -> Prompt:
        if name not in self._prompts:
            raise PromptError(f"there is no prompt {name}; there are: {', '.join(self._prompts)}")
        return self._prompts[name]

    def fingerprints(self) -> dict[str, str]:
        """The SHA-256 of every prompt, by name."""
        return {name: prompt.fingerprint for name, prompt in self._prompts.items()}

    def _replacements(self, directory: Path) -> Iterator[Prompt]:
        if not directory.is_dir():
            raise PromptError(f"{directory} is not a folder of prompts")
        for path in sorted(directory.glob("*.md")):
            if path.stem not in self._prompts:
                names = ", ".join(f"{name}.md" for name in self._prompts)
                raise PromptError(f"{path} replaces no prompt; name it one of: {names}")
            prompt, shipped = _read(path), self._prompts[path.stem]
            if prompt.variables != shipped.variables:
                raise PromptError(f"{path} {_differ(shipped.variables, prompt.variables)}")
            yield prompt


def fenced(text: str) -> str:
    """A value for a place between tags, without anything that could be taken for one of them."""
    return text.replace("<", "‹").replace(">", "›")


def _read(path: Path) -> Prompt:
    try:
        return Prompt(path.stem, path.read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise PromptError(f"the prompt {path} cannot be read ({reason})") from None


def _differ(wanted: Set[str], given: Set[str]) -> str:
    parts = (("lacks", wanted - given), ("does not know", given - wanted))
    said = (f"{verb} {', '.join(f'{{{name}}}' for name in sorted(n))}" for verb, n in parts if n)
    return " and ".join(said)
