"""Files into articles, one reader a kind of file; `kinds` tells how to add one.

It knows nothing of splitting, embedding or stores. What cannot be read becomes a Problem
and never stops the rest.
"""

from index.readers.folder import find_files
from index.readers.kinds import READING, read_file
from index.readers.problem import Problem, reason_of

__all__ = ["READING", "Problem", "find_files", "read_file", "reason_of"]
