"""Keeps small the memory of a process that brings an index up to date again and again.

With glibc, every thread that allocates may get an arena of its own, whose free pages stay with the
process. The libraries of the two indexes start new threads with every sync.
"""

import ctypes
import sys
from contextlib import suppress

ARENAS = 2
_M_ARENA_MAX = -8


def share_arenas() -> None:
    """Have all threads that come allocate from a few arenas, where the C library has such."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # musl has none
            ctypes.CDLL(None).mallopt(_M_ARENA_MAX, ARENAS)
