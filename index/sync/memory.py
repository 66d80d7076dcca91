"""Gives the system back the memory that is free again.

With glibc, every thread that allocates may get an arena of its own, whose free pages stay with the
process. The libraries of the two indexes start new threads with every sync.
"""

import ctypes
import sys
from contextlib import suppress


def give_back_memory() -> None:
    """Return free pages to the system, where the C library can; takes some milliseconds."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # musl has no such function
            ctypes.CDLL(None).malloc_trim(0)
