"""What a server's articles lack: questions declined or rated down lately, alike ones together."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.answer import Status
from bot.discord.grouping import alike_together
from bot.discord.i18n import Translations
from bot.discord.markup import aside, one_line, shortened
from bot.discord.pagination import length
from bot.discord.records import Record

ALIKE = 75.0
"""How much two questions share, of 100, that ask for the same."""
ROOM, SHOWN = 3500, 200
"""Characters that the lines take, and that are shown of a question."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Questions that ask for the same, and why they count as gaps."""

    questions: tuple[str, ...]
    declined: int
    rated_down: int


def gaps_in(asked: Sequence[tuple[Record, bool]]) -> list[Gap]:
    """Group the questions that were declined or rated down, the most frequent first.

    Each record comes with whether it was rated down.
    """
    gaps = [(r, is_down) for r, is_down in asked if is_down or r.status is Status.ABSTAINED]
    groups = alike_together(gaps, lambda gap: gap[0].question, ALIKE)
    return sorted(map(_gap, groups), key=lambda gap: -len(gap.questions))


def gaps_blocks(gaps: Sequence[Gap], words: Translations) -> list[str]:
    """A title, and a line for each gap as long as there is room."""
    if not gaps:
        return [words("gaps_none")]
    lines: list[str] = []
    for gap in gaps:
        question = one_line(shortened(gap.questions[0], SHOWN))
        told = words("gap_counts", declined=gap.declined, down=gap.rated_down)
        line = f"- {question} · {told}"
        if length("\n".join([*lines, line])) > ROOM:
            break
        lines.append(line)
    if more := len(gaps) - len(lines):
        lines.append(aside(words("more", count=more)))
    return [words("gaps_title"), "\n".join(lines)]


def _gap(group: Sequence[tuple[Record, bool]]) -> Gap:
    return Gap(
        tuple(record.question for record, _ in group),
        sum(record.status is Status.ABSTAINED for record, _ in group),
        sum(is_down for _, is_down in group),
    )
