"""What articles say, as plain text that nothing obeys."""

import re

_OBEYED = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # a terminal's control codes
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f]"
    r"|[\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]"  # unseen, or turns what follows round
    r"|[\U000e0000-\U000e007f]"  # unseen letters, which a language model reads all the same
)


def clean(text: str) -> str:
    """The text without characters that nobody sees; newlines and tabs stay."""
    return _OBEYED.sub("", text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """The cleaned text with every run of blanks made one space."""
    return " ".join(clean(text).split())
