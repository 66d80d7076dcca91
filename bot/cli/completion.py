"""What a shell may complete: names out of the store, found quickly and without a word.

Nothing here indexes or fetches, and trouble of any kind only means that there is nothing to offer.
"""

from contextlib import suppress

# ruff: noqa: PLC0415


def collection_names(incomplete: str) -> list[str]:
    """The names of collections that begin with what was typed."""
    with suppress(Exception):
        from bot.cli.opening import settings
        from bot.collection import collections

        known = [each.name for each in collections(settings(None, None, None))]
        return [name for name in known if name.startswith(incomplete)]
    return []
