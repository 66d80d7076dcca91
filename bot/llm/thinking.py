"""What a model thinks before it speaks, which some servers leave in its reply.

Where it is marked, it begins the reply and ends before the first word of the answer.
"""

BEGIN, END = "<think>", "</think>"


class Aloud:
    """One reply without the thinking at its beginning; fed with its pieces in order."""

    def __init__(self) -> None:
        self._held = ""
        self._thinks: bool | None = None
        """None until that can be told."""

    def feed(self, piece: str) -> str:
        """What can be said now that this piece is written."""
        if self._thinks is False:
            return piece
        self._held += piece
        if self._thinks is None:
            start = self._held.lstrip()
            if len(start) < len(BEGIN) and BEGIN.startswith(start):
                return ""
            self._thinks = start.startswith(BEGIN)
        return self._spoken() if self._thinks else self._held

    def _spoken(self) -> str:
        _, end, said = self._held.partition(END)
        said = said.lstrip()
        self._thinks = not said
        # The mark may come in two pieces, and white space after it in several.
        self._held = END if end else self._held[-len(END) :]
        return said
