"""Opens the vector index in a folder and searches it, in a process that may die of it.

`python -m index.probe FOLDER` ends with 0 when all is well. It knows nothing of locks.
"""

import sys
from pathlib import Path
from typing import Any

from index.vectors import open_chroma


def main(directory: Path) -> None:
    """Read whatever a search reads; raises, hangs or dies when that is broken."""
    client, passages = open_chroma(directory)
    if passages.count():
        found: Any = passages.get(limit=1, include=["embeddings"])
        passages.query(query_embeddings=found["embeddings"], n_results=10, include=["distances"])
    client.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
