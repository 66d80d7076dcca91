"""Small talk: greetings, thanks, "who are you?", sums and orders, replied to without a search.

The phrases and the replies are in `languages/`, a file for each language.
"""

from collections.abc import Sequence

from bot.answer import Turn
from bot.conversation.phrases import phrases
from bot.conversation.request import Request, request_of
from bot.conversation.sums import sum_in


def small_talk(request: Request) -> str | None:
    """The reply to a message that asks nothing of the articles; None where it asks something."""
    if request.talk:
        table = phrases().tables[request.talk.language]
        return str(table["talk"][request.talk.kind]["reply"])
    if found := sum_in(request.text):
        replies = phrases().tables[found.language]["sum"]
        reply = replies["no_value" if found.value is None else "reply"]
        return str(reply.format(sum=found.text, value=found.value))
    return None


def without_small_talk(history: Sequence[Turn]) -> list[Turn]:
    """The turns that a question may lean on: no small talk, and questions without politeness."""
    kept: list[Turn] = []
    skips = False
    for turn in history:
        if turn.role != "user":
            kept += [] if skips else [turn]
            continue
        request = request_of(turn.content)
        skips = small_talk(request) is not None
        kept += [] if skips else [Turn(turn.role, request.text)]
    return kept
