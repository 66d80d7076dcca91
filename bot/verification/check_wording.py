"""Whether a claim says only what the lines say: addresses, quoted words, new information.

It knows nothing of names, figures or who does what.
"""

import re

from bot.verification.alignment import MATCH
from bot.verification.clauses import ACTS, Sort
from bot.verification.verdict import Case, Reason, Unsupported
from bot.verification.wording import is_light, opposite

_URL = re.compile(r"https?://[^\s<>\"”)]+|www\.[^\s<>\"”)]+")


def links(case: Case) -> Unsupported | None:
    """No address that the passages do not give."""
    held = " ".join(case.passages[n - 1].text for n in case.numbers)
    for url in _URL.findall(case.text):
        if url.rstrip(".,;:") not in held:
            return Unsupported(Reason.LINK, f"the address {url} does not stand in {case.named}")
    return None


_QUOTATION = re.compile(r"“([^”]+)”|\"([^\"]+)\"|«([^»]+)»|(?<!\w)‘([^’]+(?:’\w[^’]*)*)’(?!\w)")
_ELLIPSIS = re.compile(r"\s*(?:\[?\.\.\.\]?|\[?…\]?|\[[^\]]*\])\s*")


def quotations(case: Case) -> Unsupported | None:
    """What is quoted must stand word for word."""
    held = flat(" ".join(case.passages[n - 1].text for n in case.numbers))
    titles = flat(" ".join(case.passages[n - 1].title for n in case.numbers))
    for found in _QUOTATION.finditer(case.text):
        quote = next(group for group in found.groups() if group)
        for part in _ELLIPSIS.split(quote):
            if flat(part) not in held and flat(part) not in titles:
                return Unsupported(
                    Reason.QUOTE, f"the quoted words “{part}” do not stand in {case.named}"
                )
    return None


def flat(text: str) -> str:
    """The words of a text in small letters, without marks."""
    return (
        " " + " ".join(re.findall(r"[^\W_]+", text.lower().replace("’", "").replace("'", ""))) + " "
    )


def grounded(case: Case) -> Unsupported | None:
    """There must be a line to rest on."""
    if not case.lines:
        return Unsupported(Reason.NEW, f"{case.named} says nothing of this".capitalize())
    return None


_NEW_SHARE = 0.3
"""A word that the lines do not say may weigh so much of the claim if it is the only one."""
_NEW_SHARES = 0.2
"""And several, or a verb, may weigh so much."""
_SCATTERED = 0.13
"""The same, where no line says most of the claim."""
_ONE_LINE = 0.75
_STRICT_SHARE = 0.1


def news(case: Case) -> Unsupported | None:
    """No telling word that the lines do not say in one way or another."""
    weights = case.alignment.weights
    missing = [
        k
        for k, t in case.each(Sort.WORD)
        if case.alignment.best(k) < MATCH
        and not is_light(t.stem)
        and not _is_covered_by_opposite(case, k)
    ]
    share = float(weights[missing].sum()) / max(1e-9, float(weights.sum()))
    alone = len(missing) == 1 and not case.tokens[missing[0]].verb
    alone = alone and case.alignment.share_of_best_line() >= _ONE_LINE
    scattered = case.alignment.share_of_best_line() < _ONE_LINE
    several = _SCATTERED if scattered else _NEW_SHARES
    limit = _STRICT_SHARE if case.strict else _NEW_SHARE if alone else several
    if share > limit or any(case.tokens[k].text.lower() in ACTS for k in missing):
        words = ", ".join(f"“{case.tokens[k].text}”" for k in missing)
        return Unsupported(Reason.NEW, f"{case.named} does not say {words}".capitalize())
    return None


def _is_covered_by_opposite(case: Case, k: int) -> bool:
    """Whether the lines say it by denying its opposite: "remains shut", "has not reopened"."""
    token = case.tokens[k]
    return any(
        opposite(token.stem, t.stem) and t.negated is not token.negated
        for line in case.lines
        for t in line.clauses.tokens
    )
