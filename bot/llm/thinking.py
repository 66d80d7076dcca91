"""What a model thinks before it speaks, which some servers leave in its reply.

Thoughts are marked in pairs (`<think>…</think>`), with their end alone where the opening mark
is in the prompt, or as a channel of OpenAI's harmony format, with its marks or without.
"""

import re

import regex

_TAGS = ("think", "thinking", "thought", "reasoning", "reflection", "seed:think")
OPENING = (*(f"<{tag}>" for tag in _TAGS), "[THINK]", "<|channel>")
CLOSING = (*(f"</{tag}>" for tag in _TAGS), "[/THINK]", "<channel|>")
HEADING = ("<|channel|>", "<|start|>")
MESSAGE = "<|message|>"
TURN_ENDS = ("<|end|>", "<|return|>", "<|call|>", "<|im_end|>", "<|eot_id|>")
MARKS = (*OPENING, *CLOSING, *HEADING, MESSAGE, *TURN_ENDS)
_MARK = re.compile("|".join(map(re.escape, MARKS)))
_LONGEST = max(map(len, MARKS))
_BEGINS_AS_THOUGHT = regex.compile(
    r"\s*(?:ok(?:ay)?\b|alright\b|hmm|wait\b|let me\b|let['’]s (?:see|think)|(?:so,? )?the user\b"
    r"|first,? (?:i|let)\b|(?:so,? )?(?:we|i) (?:need|have|should|must|are)\b)|analysis[A-Z]",
    regex.IGNORECASE,
)
_UNMARKED = re.compile(r"analysis(?=[A-Z])")
_UNMARKED_END = "assistantfinal"


class Aloud:
    """One reply without what the model thinks; fed with its pieces in order, then finished.

    What begins as thoughts do is held back until their end mark comes, or the reply's end. With
    `thinks_first`, which is to be given where `unopened` was found before, every reply is.
    `withdrawn` is how many of the characters given so far were a thought after all.
    """

    def __init__(self, thinks_first: bool = False) -> None:
        self.unopened = False
        self.withdrawn = 0
        self._thinks_first = thinks_first
        self._torn = ""
        """What may be the beginning of a mark."""
        self._kept: str | None = ""
        """The beginning, as long as it may be a thought without its opening mark."""
        self._thinking = False
        self._heading: str | None = None
        self._given = 0
        self._trim = False

    def feed(self, piece: str) -> str:
        """What can be said now that this piece is written."""
        text = self._torn + piece
        whole = _before_torn_mark(text)
        self._torn = text[whole:]
        return self._given_out(self._without_marks(text[:whole]))

    def finish(self) -> str:
        """What was held back and can be said now that the reply has ended."""
        text, self._torn = self._torn, ""
        said = self._given_out(self._without_marks(text))
        if self._kept is None:
            return said
        kept, self._kept = self._kept, None
        if _UNMARKED.match(kept.lstrip()):  # harmony whose marks the server has dropped
            kept = kept.partition(_UNMARKED_END)[2]
        return self._given_out(kept)

    def _given_out(self, said: str) -> str:
        if self._trim:
            said = said.lstrip()
            self._trim = not said
        if self._kept is not None:
            said = self._kept + said
            self._kept = said if self._may_be_thought(said) else None
            said = "" if self._kept is not None else said
        self._given += len(said)
        return said

    def _may_be_thought(self, said: str) -> bool:
        return self._thinks_first or bool(_BEGINS_AS_THOUGHT.match(said, partial=True))

    def _without_marks(self, text: str) -> str:
        """The text outside of thoughts, its marks taken account of."""
        said, at = "", 0
        for mark in _MARK.finditer(text):
            said += self._spoken(text[at : mark.start()])
            at = mark.end()
            if mark[0] in CLOSING and not self._thinking:
                said = ""
                self._withdraw()
            else:
                self._turn(mark[0])
        return said + self._spoken(text[at:])

    def _spoken(self, text: str) -> str:
        if self._heading is not None:
            self._heading += text
            return ""
        return "" if self._thinking else text

    def _turn(self, mark: str) -> None:
        if mark in OPENING:
            self._thinking = True
        elif mark in HEADING:
            self._heading = ""
        elif mark == MESSAGE and self._heading is not None and _is_aside(self._heading):
            self._thinking, self._heading = True, None
        elif mark != MESSAGE or self._heading is not None:
            self._speak()

    def _speak(self) -> None:
        """Take what comes for the answer, which needs no holding back after a marked thought."""
        self._thinking, self._heading = False, None
        self._trim = self._given == self.withdrawn
        self._kept = self._kept or None

    def _withdraw(self) -> None:
        """Take back all that was said: it was a thought whose opening mark is not there."""
        self.unopened = self._trim = True
        self.withdrawn = self._given
        self._kept = None


def _is_aside(heading: str) -> bool:
    return "analysis" in heading or "commentary" in heading


def _before_torn_mark(text: str) -> int:
    """Where a mark begins at the end of the text that is not whole yet; else its end."""
    for at in range(max(0, len(text) - _LONGEST + 1), len(text)):
        if text[at] in "<[" and any(mark.startswith(text[at:]) for mark in MARKS):
            return at
    return len(text)
