"""Archives of ZIP, in which Word and EPUB files come, opened only if they unpack to little."""

from errno import EINVAL
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from index.readers.problem import Problem

MAX_BYTES = 200_000_000
"""What an archive may unpack to."""
MAX_FILES = 20_000
OLE = b"\xd0\xcf\x11\xe0"
"""How files of Office begin that are encrypted, or older than its archives."""
IS_ENCRYPTED = 1


def opened(path: Path, source: str) -> ZipFile | Problem:
    """The archive, which the caller closes, or why it is not read."""
    with path.open("rb") as stream:
        if stream.read(len(OLE)) == OLE:
            return Problem(source, "protected by a password, or of an old kind; save it anew")
    try:
        archive = ZipFile(path)
    except (BadZipFile, ValueError, OSError) as error:
        if isinstance(error, OSError) and error.errno != EINVAL:  # it points out of itself
            raise
        return Problem(source, "not a whole archive; save it anew")
    files = archive.infolist()
    if sum(file.file_size for file in files) > MAX_BYTES or len(files) > MAX_FILES:
        reason = f"unpacks to more than {MAX_BYTES // 1_000_000} MB"
    elif any(file.flag_bits & IS_ENCRYPTED for file in files):
        reason = "protected by a password; save it without one"
    else:
        return archive
    archive.close()
    return Problem(source, reason)
