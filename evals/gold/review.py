"""Shows proposed gold questions to a person in a terminal, and writes down what is accepted.

Each question is written as soon as it is accepted, and each one passed over is noted in a file
beside, so that nothing is lost and nothing shown twice when the work is taken up again. It does
not know how proposals are made (`evals.gold.draft`).
"""

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.text import Text

from bot.cli.render import Block, clean, one_line, print_blocks
from evals.gold.draft import Proposal
from evals.gold.strings import flatten
from index.errors import UsageError
from index.readers import reason_of

KEYS = "a accept · e edit the question · r edit the answer · s skip · q quit; then Enter"

NONE = "none, the articles are not to hold one"


def seen(out: Path) -> set[str]:
    """The ids of the proposals that were accepted into `out` or passed over before."""
    ids: set[str] = set()
    for path in (out, _skipped(out)):
        with suppress(FileNotFoundError), path.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                with suppress(ValueError, TypeError, KeyError):
                    ids.add(json.loads(line)["id"])
    return ids


class Review:
    """One sitting; `text_of` gives the text of the article with a source."""

    def __init__(self, out: Path, text_of: Callable[[str], str], console: Console) -> None:
        self._out = out
        self._text_of = text_of
        self._console = console

    def run(self, proposals: Iterable[Proposal]) -> int:
        """Ask about one after another; how many were accepted until the person quit."""
        accepted = 0
        for proposal in proposals:
            decided = self._decide(proposal)
            if decided is None:
                break
            if decided:
                _append(self._out, decided.as_gold())
                accepted += 1
            else:
                _append(_skipped(self._out), {"id": proposal.id})
        return accepted

    def _decide(self, proposal: Proposal) -> Proposal | Literal[False] | None:
        """The proposal as the person would have it, False to pass over it, None to quit."""
        self._show(proposal)
        while True:
            match self._key():
                case "a":
                    return proposal
                case "s":
                    return False
                case "q":
                    return None
                case "e":
                    question = edited("question", proposal.question) or proposal.question
                    proposal = replace(proposal, question=question)
                    self._show(proposal)
                case "r":
                    proposal = self._with_answer(proposal, edited("answer", proposal.answer))
                    self._show(proposal)

    def _with_answer(self, proposal: Proposal, answer: str) -> Proposal:
        if answer and flatten(answer) not in flatten(self._text_of(proposal.source)):
            self._say(f"{proposal.source} does not hold “{answer}”; the answer stays as it was")
            return proposal
        return replace(proposal, answer=answer)

    def _show(self, proposal: Proposal) -> None:
        blocks = [
            Block(Text()),
            Block(Text.assemble(("question  ", "dim"), one_line(proposal.question))),
            Block(Text.assemble(("answer    ", "dim"), one_line(proposal.answer) or NONE)),
            Block(Text(f"source    {one_line(proposal.source)}", "dim")),
            Block(Text(f"says      {one_line(proposal.sentence)}", "dim")),
            Block(Text(KEYS, "dim")),
        ]
        print_blocks(self._console, blocks)

    def _say(self, line: str) -> None:
        print_blocks(self._console, [Block(Text(clean(line)))])

    @staticmethod
    def _key() -> str:
        try:
            return input("> ").strip().lower()
        except (EOFError, KeyboardInterrupt):
            print()
            return "q"


def edited(label: str, text: str) -> str:
    """What the person makes of a line of text; the text itself when they break off."""
    try:
        import readline  # noqa: PLC0415 - not there on every system
    except ImportError:
        insert = None
    else:
        insert = readline.set_startup_hook
        insert(lambda: readline.insert_text(text))
    try:
        return input(f"{label}: ").strip()
    except (EOFError, KeyboardInterrupt):
        return text
    finally:
        if insert:
            insert(None)


def _skipped(out: Path) -> Path:
    return out.with_name(f"{out.name}.skipped")


def _append(path: Path, row: Mapping[str, object]) -> None:
    """Add a line at once; one that was cut short before it is left behind, not joined."""
    try:
        with path.open("ab+") as lines:
            lines.seek(max(0, lines.tell() - 1))
            torn = lines.read() not in (b"", b"\n")
            lines.write(b"\n" * torn + json.dumps(row, ensure_ascii=False).encode() + b"\n")
    except OSError as error:
        raise UsageError(
            f"cannot write {path}: {reason_of(error)}; choose another --out"
        ) from error
