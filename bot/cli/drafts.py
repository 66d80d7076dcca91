"""Shows a draft in a terminal while it is written, and takes it away once it is settled.

It knows nothing of models, and prints no answer.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from rich.console import Console
from rich.live import Live
from rich.text import Text

from bot.answer import Answer, Draft
from bot.cli.render import clean

MARK = "draft, not checked yet: "


async def watched(events: AsyncGenerator[Draft | Answer], terminal: Console) -> Answer:
    """The answer at the end of `events`, and until then its draft on the screen, marked as such.

    Whatever becomes of it, nothing of the draft stays there.
    """
    draft = Text(MARK, "dim")
    live = Live(draft, console=terminal, transient=True, refresh_per_second=20)
    try:
        async with aclosing(events):
            async for event in events:
                if isinstance(event, Answer):
                    return event
                draft.append(clean(event.text))
                live.start()  # which does nothing the second time
    finally:
        live.stop()
    raise AssertionError("a stream ends with an answer")
