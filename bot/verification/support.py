"""Whether the passages that a claim cites support it, decided without a language model.

A claim is supported when its words, names, numbers and dates stand in a few sentences of the
passages it cites and say there what they say in the claim: of the same things, not denied,
no more certain, by the same speaker. It does not know the question, nor who wrote the claim.
"""

import re
from collections.abc import Sequence

from bot.verification.alignment import SURE, Aligner, Line, commands
from bot.verification.check_assertion import causes, certainties, degrees, negations, opposites
from bot.verification.check_figures import bindings, dates, numbers
from bot.verification.check_names import names
from bot.verification.check_roles import apart, hearsay, roles, speakers
from bot.verification.check_wording import flat, grounded, links, news, quotations
from bot.verification.claims import Claim
from bot.verification.clauses import Sort, clauses
from bot.verification.verdict import Case, Check, Reason, Supported, Unsupported, Verdict
from bot.verification.wording import is_light
from index.article import Passage
from index.words import Words


class Verifier:
    """Checks claims against the passages that were given to whoever wrote them."""

    def __init__(self, passages: Sequence[Passage], words: Words) -> None:
        self._passages = passages
        self._aligner = Aligner(passages, words)

    def check(self, claim: Claim) -> Verdict:
        """Whether `claim` may be said, and on the strength of which sentences.

        A claim that its own passages do not support is moved to another one that supports
        it beyond doubt.
        """
        text = _plain(f"{claim.lead} {claim.text}" if claim.lead else claim.text)
        if commands(text):
            return Unsupported(Reason.COMMAND, "this speaks to the reader or a machine")
        cited = tuple(n for n in claim.cited if 1 <= n <= len(self._passages))
        if cited:
            verdict = self._judge(text, cited)
        elif claim.cited:
            verdict = Unsupported(Reason.NO_PASSAGE, f"there is no passage {claim.cited[0]}")
        else:
            verdict = Unsupported(Reason.UNCITED, "this cites no passage")
        if isinstance(verdict, Supported):
            return verdict
        for number in range(1, len(self._passages) + 1):
            if number not in cited and self._may_hold(text, number):
                other = self._judge(text, (number,), strict=True)
                if isinstance(other, Supported):
                    return Supported(other.quotes, moved=True)
        return verdict

    def _verbatim(self, text: str, numbers: tuple[int, ...]) -> Line | None:
        """The sentence that is the claim, word for word."""
        said = flat(text)
        lines = (line for number in numbers for line in self._aligner.lines(number))
        return next((line for line in lines if flat(line.text) == said), None)

    def states_nothing_new(self, heading: Claim) -> bool:
        """Whether all names, numbers and telling words of a heading stand in the passages."""
        reading = clauses(_plain(heading.text))
        numbers = range(1, len(self._passages) + 1)
        alignment = self._aligner.align(reading, [*numbers])
        return all(
            alignment.best(k) >= SURE or is_light(t.stem) or t.sort is Sort.SMALL
            for k, t in enumerate(reading.tokens)
        )

    def _may_hold(self, text: str, number: int) -> bool:
        wanted = {t.stem for t in clauses(text).tokens if t.sort is not Sort.SMALL}
        return len(wanted & self._aligner.words(number)) > 0.5 * len(wanted)

    def _judge(self, text: str, numbers: tuple[int, ...], strict: bool = False) -> Verdict:
        if line := self._verbatim(text, numbers):
            return Supported((line.quoted(),))
        alignment = self._aligner.align(self._aligner.read(text), numbers)
        case = Case(text, alignment, self._aligner, self._passages, numbers, strict)
        for check in _CHECKS:
            if failure := check(case):
                return failure
        return Supported(tuple(line.quoted() for line in _in_order(alignment.lines)))


def _in_order(lines: Sequence[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (line.number, line.place))


_LINK = re.compile(r"\[([^\]]*)\]\(([^()\s]+)\)")
_MARKDOWN = re.compile(r"\*\*|__|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)|`|^#+\s*|~~", re.MULTILINE)
_PREAMBLE = re.compile(
    r"^(?:according to|based on|as (?:stated|reported|mentioned|described) in|per|in) "
    r"(?:the )?(?:(?:provided|given|cited) )?(?:passages?|articles?|sources?|documents?|context)"
    r"(?: \d+(?:(?:,| and) \d+)*)?, ?"
    r"|^(?:the |these )?(?:articles|sources|passages|reports|accounts) "
    r"(?:differ|disagree|conflict|vary|do not agree|contradict (?:each other|one another)|"
    r"give different \w+)(?: (?:on|about|over|as to) [\w ]{1,60})?[:;,] ?"
    r"|^(?:but|however|and|yet|also|so),? ",
    re.IGNORECASE,
)


def _plain(text: str) -> str:
    """The words of a claim without Markdown."""
    text = _MARKDOWN.sub("", _LINK.sub(r"\1 \2", text)).replace("|", ", ").strip(" ,")
    return _PREAMBLE.sub("", text)


_CHECKS: tuple[Check, ...] = (
    links,
    quotations,
    grounded,
    names,
    numbers,
    dates,
    negations,
    opposites,
    bindings,
    certainties,
    hearsay,
    roles,
    speakers,
    apart,
    degrees,
    causes,
    news,
)
