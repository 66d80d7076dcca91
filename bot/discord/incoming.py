"""Files that somebody wants to add: what was attached in Discord, or is at an address.

It fetches them and looks no further. Addresses come from strangers, so those in private
networks are refused, whatever the settings allow for the articles that they name themselves.
"""

import asyncio
import logging
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import aiohttp
import discord

from bot.discord.uploads import RejectedError, check_file

LOG = logging.getLogger(__name__)


class Incoming(NamedTuple):
    """A file as it came; its name may be anything."""

    name: str
    data: bytes


async def attached(file: discord.Attachment) -> Incoming:
    """The file that was attached. Raises RejectedError."""
    check_file(file.filename, file.size)
    try:
        return Incoming(file.filename, await file.read())
    except (discord.HTTPException, aiohttp.ClientError) as problem:
        LOG.info("an attachment could not be fetched: %s", problem)
        raise RejectedError("add_away") from None


async def fetched(address: str) -> Incoming:
    """The file at an address, named after it. Raises RejectedError."""
    from index.sync.fetch import Fetcher, FetchError  # noqa: PLC0415  (few ever need it)

    fetcher = await asyncio.to_thread(Fetcher)  # which reads certificates
    try:
        found = await fetcher.fetch(address.strip())
    except FetchError as problem:
        reason, _, _ = str(problem).partition(";")  # what follows is for the operator
        raise RejectedError("add_unfetched", problem=reason) from None
    assert found  # as nothing was known of it before
    parts = urlsplit(address.strip())
    page = unquote(parts.path.rstrip("/").rpartition("/")[2]).removesuffix(found.ending)
    return Incoming(f"{parts.hostname}-{page}".strip("-") + found.ending, found.data)
