"""A question as it comes from Discord, and where the turns before it are."""

import math
from collections.abc import Collection
from dataclasses import dataclass

from bot.answering import Within
from bot.discord.i18n import Translations
from bot.discord.reading import Background


@dataclass(frozen=True, slots=True)
class Context:
    """Where the turns before a question are: in the conversation, or along a chain of replies.

    `follows` is the record of the answer that is replied to. Of the conversation count the turns
    from `since` up to `until`, in seconds since 1970.
    """

    in_conversation: bool = False
    since: float = 0.0
    until: float = math.inf
    follows: str | None = None


NO_CONTEXT = Context()
"""Nothing goes before the question."""


@dataclass(frozen=True, slots=True)
class QuestionRequest:
    """A question as it came.

    `event` is the number of the message or interaction, and `awaited` says where the answer is
    awaited. `home` is the channel whose articles answer. `places` and `roles` are what a server may
    allow to ask. `context` is what the question is read in the light of. With `only_sure`, nothing
    is said unless the answer is sure. Only the articles `within` are read, which `notes` say.
    `background` reads what a language model is to know beside the question.
    """

    event: int
    awaited: str
    person: int
    server: int | None
    home: int | None
    places: Collection[int]
    roles: Collection[int]
    conversation: str
    private: bool
    question: str
    words: Translations
    context: Context = NO_CONTEXT
    only_sure: bool = False
    within: Within | None = None
    notes: tuple[str, ...] = ()
    background: Background | None = None
