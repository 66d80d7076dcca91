"""Files that are replaced as a whole, so that a reader sees the old or the new one."""

import os
from pathlib import Path


def replace_file(path: Path, data: bytes) -> None:
    """Put `data` in the place of a file. Raises OSError."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with draft.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())  # an article that its feed has dropped is nowhere else
    draft.replace(path)
