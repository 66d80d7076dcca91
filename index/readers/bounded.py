"""Files as long as they were when they were opened, whatever is written to them since."""

import io
import os
from pathlib import Path
from typing import Any

BUFFER = 1 << 17


class _Bounded(io.RawIOBase):
    """A file that ends where it ended at first: one that grows for ever would have no end."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb", buffering=0)
        self._left = os.fstat(self._file.fileno()).st_size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        read = self._file.readinto(memoryview(buffer)[: self._left])
        self._left -= read
        return read

    def close(self) -> None:
        self._file.close()
        super().close()


def open_bounded(path: Path) -> io.BufferedReader:
    """Open a file to read what it holds now. Raises OSError."""
    return io.BufferedReader(_Bounded(path), BUFFER)
