"""Which questions lack an answer in a server's articles, as a card?"""

from collections.abc import Sequence

from bot.answer import Status
from bot.conversation.record import Record
from bot.discord.i18n import Translations
from bot.discord.markup import aside, one_line, shortened
from bot.discord.pagination import length
from bot.service.gaps import Asked, Gap

ROOM, SHOWN = 3500, 200
"""Characters that the lines take, and that are shown of a question."""


def asked_of(record: Record, rated_down: bool) -> Asked:
    """What a record says of its question."""
    sources = tuple(citation.source for citation in record.citations)
    return Asked(record.question, record.status is Status.ABSTAINED, rated_down, sources)


def gaps_blocks(gaps: Sequence[Gap], words: Translations) -> list[str]:
    """A title, and a line for each gap as long as there is room."""
    if not gaps:
        return [words("gaps_none")]
    lines: list[str] = []
    for gap in gaps:
        question = one_line(shortened(gap.questions[0], SHOWN))
        counts = words("gap_counts", declined=gap.declined, down=gap.rated_down)
        line = f"- {question} · {counts}"
        if length("\n".join([*lines, line])) > ROOM:
            break
        lines.append(line)
    if more := len(gaps) - len(lines):
        lines.append(aside(words("more", count=more)))
    return [words("gaps_title"), "\n".join(lines)]
