"""Opens the vector index in a folder and searches it, in a process that may die of it.

`python -m index.engines.probe FOLDER` ends with 0 when all is well.
"""

import sys
from pathlib import Path

from index.engines.chroma import open_chroma, search_once


def main(directory: Path) -> None:
    """Read whatever a search reads; raises, hangs or dies when that is broken."""
    client, passages = open_chroma(directory)
    search_once(passages)
    client.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
