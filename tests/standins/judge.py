"""A judge of drafts that knows the exam by heart, and judges what else it is given by its words."""

import json
import re
from functools import cache
from itertools import pairwise
from typing import Any

from bot.generation.exam import cases

RULES = "You check a draft answer"
"""How the instructions of a judge begin."""
_WORD = re.compile(r"[^\W_]+")
_ENOUGH = 0.7
"""The share of a claim's words that one sentence, or two neighbours, must have."""


def is_for_judge(body: dict[str, Any]) -> bool:
    """Whether a request asks for verdicts."""
    messages = body.get("messages") or [{}]
    return str(messages[0].get("content", "")).startswith(RULES)


def asked_of_judge(body: dict[str, Any]) -> dict[str, Any]:
    """What a judge is given."""
    given: dict[str, Any] = json.loads(body["messages"][-1]["content"])
    return given


def verdicts(body: dict[str, Any]) -> str:
    """The reply to a request for verdicts."""
    given = asked_of_judge(body)
    sentences = {k: v for p in given["passages"] for k, v in p["sentences"].items()}
    rows = [_verdict(row, sentences) for row in given["draft"] if "n" in row]
    return json.dumps({"verdicts": rows})


def supports_all(body: dict[str, Any]) -> str:
    """A reply that finds everything supported, by all the sentences of the passages cited."""
    given = asked_of_judge(body)
    held = {p["passage"]: tuple(p["sentences"]) for p in given["passages"]}
    rows = [
        verdict(
            row["n"],
            supported=_exam().get(row["sentence"], True),
            evidence=tuple(n for cited in row["cites"] for n in held.get(cited, ())),
        )
        for row in given["draft"]
        if "n" in row
    ]
    return json.dumps({"verdicts": rows})


def verdict(
    n: int, *, supported: bool, evidence: tuple[str, ...] = (), why: str = "", corrected: str = ""
) -> dict[str, Any]:
    """A verdict as a judge writes it."""
    return {
        "n": n,
        "evidence": [*evidence],
        "why": why or "It says so.",
        "supported": supported,
        "corrected": corrected,
    }


def _verdict(row: dict[str, Any], sentences: dict[str, str]) -> dict[str, Any]:
    names = [*sentences]
    runs = [(n,) for n in names] + [*pairwise(names)]
    text = {run: " ".join(sentences[n] for n in run) for run in runs}
    best = max(runs, key=lambda run: _shared(row["sentence"], text[run]))
    known = _exam().get(row["sentence"])
    holds = _shared(row["sentence"], text[best]) >= _ENOUGH
    supported = holds if known is None else known
    return verdict(row["n"], supported=supported, evidence=best if supported else ())


def _shared(claim: str, text: str) -> float:
    said, held = ({w.lower() for w in _WORD.findall(t)} for t in (claim, text))
    return len(said & held) / max(1, len(said))


@cache
def _exam() -> dict[str, bool]:
    return {case.claim: case.supported for case in cases()}
