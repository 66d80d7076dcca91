"""What does a message say: its text, its embeds, and the text files attached to it?"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from pathlib import PurePath

import discord

from bot.discord.markup import shortened
from bot.discord.replies import REFUSALS
from bot.validation import QUESTION_LIMIT

LOG = logging.getLogger(__name__)
LARGEST = 200_000
"""Bytes of a text file that is read."""
FILES, CHARACTERS = 3, 2_000
"""Text files that are read of a message, and characters of all of them."""
ENDINGS = frozenset({".txt", ".md", ".csv", ".json", ".log", ".html", ".xml", ".yaml", ".yml"})
Background = Callable[[], Awaitable[str]]
"""Reads what a question is asked about, when that is needed."""


def said_in(message: discord.Message) -> str:
    """The text of a message with the titles and descriptions of its embeds."""
    parts = [message.content]
    for embed in message.embeds:
        parts += [embed.title or "", embed.description or ""]
    new = dict.fromkeys(part.strip() for part in parts if part.strip())
    return shortened("\n".join(new), QUESTION_LIMIT)


def nothing_said(message: discord.Message) -> str:
    """The key of what the bot says to a message without text."""
    kinds = [file.content_type or "" for file in message.attachments]
    if message.stickers or any(kind.startswith(("image/", "video/")) for kind in kinds):
        return "about_image"
    return "about_file" if kinds else "about_empty"


def background_of(files: Sequence[discord.Attachment]) -> Background | None:
    """What reads the text files among some attachments; None where there are none."""
    texts = [file for file in files if _is_text(file)][:FILES]
    return (lambda: _read(texts)) if texts else None


def _is_text(file: discord.Attachment) -> bool:
    kind = (file.content_type or "").partition(";")[0]
    named = PurePath(file.filename).suffix.lower() in ENDINGS
    is_text = kind.startswith("text/") or (named and not kind.startswith(("image/", "video/")))
    return is_text and file.size <= LARGEST


async def _read(files: Sequence[discord.Attachment]) -> str:
    """The files' names and texts, cut to the characters that a question may bring along."""
    found = []
    for file in files:
        try:
            data = await file.read()
        except REFUSALS as problem:
            LOG.info("an attachment could not be fetched: %s", problem)
            continue
        text = await asyncio.to_thread(data.decode, "utf-8", "replace")
        found.append(f"{file.filename}:\n{text.strip()}")
    return "\n\n".join(found)[:CHARACTERS]
