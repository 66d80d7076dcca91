"""What is measured of one answer: retrieval, the answer's words, its citations, declining.

Every metric takes a record and gives `(amount, of)`, whose sums over the questions make the
figure, or None where it does not apply to that question. It knows no intervals and no runs
as a whole.

The keys of metrics are those of `evals.figures.names`.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import partial
from typing import Any

from evals.gold.format import Gold
from evals.gold.strings import SHORT, flatten
from evals.run.runs import Record
from index.text.splitter import sentences

Measured = tuple[float, float] | None
Metric = Callable[[Record], Measured]
Texts = Callable[[str], str | None]
"""From the source of an article to its text, None for one that is not known."""

KS = (1, 5, 10)

_MARKERS = re.compile(r"\s*\[\d+\]")
_CITED = re.compile(r"(?:\s*\[\d+\])+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NAME = re.compile(r"(?<!^)(?<![.!?:“\"]\s)\b[A-Z][\w’'-]+")


# Retrieval


def retrieval(records: Sequence[Record], ks: Sequence[int] = KS) -> dict[str, list[Measured]]:
    """The metrics of the sources of the passages, by ir-measures, a value for each record.

    A source counts once, at its best passage. Questions without gold sources are left out.
    Sources go by numbers there: a name that is no UTF-8 ends the process in trec_eval.
    """
    from ir_measures import RR, Qrel, R, ScoredDoc, Success, iter_calc, nDCG  # noqa: PLC0415

    numbers: dict[str, str] = defaultdict(lambda: str(len(numbers)))
    judged = [n for n, r in enumerate(records) if r.gold.has_answer and r.gold.sources]
    qrels = [Qrel(str(n), numbers[s], 1) for n in judged for s in set(records[n].gold.sources)]
    found = [
        ScoredDoc(str(n), numbers[source], -float(rank))
        for n in judged
        for rank, source in enumerate(_sources(records[n]))
    ]
    names: dict[Any, str] = {RR: "mrr"}
    for k in ks:
        names |= {Success @ k: f"hit@{k}", R @ k: f"recall@{k}", nDCG @ k: f"ndcg@{k}"}
    values: dict[str, list[Measured]] = {name: [None] * len(records) for name in names.values()}
    for measured in iter_calc(list(names), qrels, found):
        values[names[measured.measure]][int(measured.query_id)] = (measured.value, 1)
    return values


def _sources(record: Record) -> list[str]:
    return list(dict.fromkeys(p["source"] for p in record.answer.get("passages", ())))


def capped_recall(k: int, record: Record) -> Measured:
    """Of as many gold sources as k can hold, the share among the first k sources."""
    gold = set(record.gold.sources)
    if not record.gold.has_answer or not gold:
        return None
    return len(gold & set(_sources(record)[:k])) / min(k, len(gold)), 1


def answer_recall(k: int, record: Record) -> Measured:
    """Whether a gold string is in one of the first k passages."""
    if not has_strings(record.gold):
        return None
    texts = [p["text"] for p in record.answer.get("passages", ())[:k]]
    return any(holds_gold(record.gold, text) for text in texts), 1


# The answer


def has_strings(gold: Gold) -> bool:
    """Whether the question has gold answers short enough to be looked for as strings."""
    return gold.has_answer and any(_is_short(answer) for answer in gold.answers)


def holds_gold(gold: Gold, text: str) -> bool:
    """Whether a short gold answer is in `text`, case and punctuation aside."""
    flat = flatten(text)
    return any(flatten(answer) in flat for answer in gold.answers if _is_short(answer))


def answer_hit(record: Record) -> Measured:
    """Whether a gold string is in the answer; a declined question is a miss."""
    if not has_strings(record.gold):
        return None
    return record.said and holds_gold(record.gold, record.answer["answer"]), 1


def answer_hit_when_answered(record: Record) -> Measured:
    """The same of the questions that were answered."""
    return answer_hit(record) if record.said else None


def token_f1(record: Record) -> Measured:
    """The best token F1 with a gold answer, as SQuAD counts it; declined is 0."""
    return _best(record, _f1)


def exact_match(record: Record) -> Measured:
    """Whether the answer is a gold answer, as SQuAD normalises; declined is 0."""
    return _best(record, lambda ours, theirs: float(ours == theirs))


def words(record: Record) -> Measured:
    """The length of an answer in words."""
    if not record.said or not record.gold.has_answer:
        return None
    return len(record.answer["answer"].split()), 1


def choice(record: Record) -> Measured:
    """Whether the answer supports the gold choice of a multiple-choice question.

    It supports the choice of which it holds the largest share of words; two choices alike,
    or none, and it supports nothing. Declined is wrong.
    """
    gold = record.gold
    right = [flatten(answer) for answer in gold.answers]
    if not gold.has_answer or not any(flatten(offered) in right for offered in gold.choices):
        return None
    chosen = chosen_choice(record)
    return chosen is not None and flatten(chosen) in right, 1


def chosen_choice(record: Record) -> str | None:
    """The choice that the answer supports, if it is one alone."""
    if not record.said:
        return None
    said = set(normalised(plain(record.answer["answer"])))
    shares = {}
    for offered in record.gold.choices:
        wanted = normalised(offered)
        shares[offered] = sum(word in said for word in wanted) / max(1, len(wanted))
    best = max(shares.values(), default=0.0)
    chosen = [offered for offered, share in shares.items() if share == best]
    return chosen[0] if best > 0 and len(chosen) == 1 else None


# Citations


def cited(record: Record) -> Measured:
    """Whether what was answered has a citation."""
    return (bool(_citations(record)), 1) if record.said else None


def citation_verbatim(texts: Texts, record: Record) -> Measured:
    """Of the quotes, those that are in the article they name, at the place they name."""
    citations = _citations(record)
    return sum(_stands(c, texts(c["source"])) for c in citations), len(citations)


def citation_precision(record: Record) -> Measured:
    """Of the citations, those of a gold source."""
    citations = _citations(record)
    if not record.gold.has_answer or not record.gold.sources:
        return None
    return sum(c["source"] in record.gold.sources for c in citations), len(citations)


def citation_recall(record: Record) -> Measured:
    """Of the gold sources, those that an answer cites."""
    gold = set(record.gold.sources)
    if not record.said or not record.gold.has_answer or not gold:
        return None
    return len(gold & {c["source"] for c in _citations(record)}), len(gold)


def citation_support(record: Record) -> Measured:
    """Of the sentences with a citation, those whose numbers, names and dates all stand in the
    quotes they cite, or in the title or the day of the article quoted.

    A name is what has a capital letter though no sentence begins there.
    """
    quotes = {c.get("n"): c for c in _citations(record)}
    claims = list(cited_claims(record.answer["answer"])) if record.said else []
    return sum(_supported(claim, [quotes.get(n) for n in ns]) for claim, ns in claims), len(claims)


def cited_claims(answer: str) -> Iterator[tuple[str, list[int]]]:
    """The sentences that carry [n], each with its numbers; several may come before one [n]."""
    start = 0
    for marker in _CITED.finditer(answer):
        before = answer[start : marker.start()].lstrip(".!?;, \n")
        start = marker.end()
        if spans := sentences(before):
            yield before[slice(*spans[-1])], [int(n) for n in re.findall(r"\d+", marker.group())]


def _supported(claim: str, cited: Sequence[Mapping[str, Any] | None]) -> bool:
    quoted = [_quoted(c) for c in cited if c]
    numbers = {number for text in quoted for number in _numbers(text)}
    held = flatten(" ".join(quoted))
    names = (flatten(name) for name in _NAME.findall(claim))
    return bool(quoted) and _numbers(claim) <= numbers and all(name in held for name in names)


def _quoted(citation: Mapping[str, Any]) -> str:
    """What supports a citation: its quote, the article's title, and its day in words."""
    day = citation.get("published")
    with suppress(TypeError, ValueError):
        day = f"{date.fromisoformat(str(day)):%A %d %B %Y}"
    return f"{citation['quote']} {citation.get('title') or ''} {day or ''}"


def _numbers(text: str) -> set[str]:
    return {number.replace(",", "").lstrip("0") for number in _NUMBER.findall(text)}


def _citations(record: Record) -> Sequence[Mapping[str, Any]]:
    return record.answer.get("citations", ()) if record.said else ()


def _stands(citation: Mapping[str, Any], text: str | None) -> bool:
    quote, start, end = (citation.get(name) for name in ("quote", "start", "end"))
    if not text or not quote:
        return False
    if isinstance(start, int) and isinstance(end, int):
        return bool(text[start:end] == quote)
    return " ".join(quote.split()) in " ".join(text.split())


# Declining


def answered(record: Record) -> Measured:
    """Of the questions that have an answer, those answered."""
    return (record.said, 1) if record.gold.has_answer else None


def decline_recall(record: Record) -> Measured:
    """Of the questions that have no answer, those not answered."""
    return (not record.said, 1) if record.gold.kind == "unanswerable" else None


def decline_precision(record: Record) -> Measured:
    """Of the questions not answered, those that have no answer."""
    if not record.declined or record.gold.kind == "underspecified":
        return None
    return not record.gold.has_answer, 1


def asked_back(record: Record) -> Measured:
    """Of the questions that can be read in more than one way, those asked back."""
    return (record.answer["status"] == "clarify", 1) if _unclear(record) else None


def unclear_not_answered(record: Record) -> Measured:
    """Of the same, those asked back or declined."""
    return (not record.said, 1) if _unclear(record) else None


def _unclear(record: Record) -> bool:
    return record.gold.kind == "underspecified"


# Text


def plain(answer: str) -> str:
    """An answer without its [n]."""
    return _MARKERS.sub("", answer)


def normalised(text: str) -> list[str]:
    """The words of `text` as SQuAD compares them: lower case, no punctuation, no articles."""
    kept = "".join(c for c in text.lower() if not unicodedata.category(c).startswith("P"))
    return [word for word in kept.split() if word not in ("a", "an", "the")]


def _is_short(answer: str) -> bool:
    return bool(flatten(answer).strip()) and len(answer.split()) <= SHORT


def _best(record: Record, compare: Callable[[list[str], list[str]], float]) -> Measured:
    if not record.gold.has_answer or not record.gold.answers:
        return None
    if not record.said:
        return 0, 1
    ours = normalised(plain(record.answer["answer"]))
    return max(compare(ours, normalised(answer)) for answer in record.gold.answers), 1


def _f1(ours: list[str], theirs: list[str]) -> float:
    if not ours or not theirs:
        return float(ours == theirs)
    common = (Counter(ours) & Counter(theirs)).total()
    return 2 * common / (len(ours) + len(theirs))


METRICS: dict[str, Metric] = {
    **{f"answer_recall@{k}": partial(answer_recall, k) for k in KS},
    **{f"capped_recall@{k}": partial(capped_recall, k) for k in KS},
    "answer_hit": answer_hit,
    "answer_hit_when_answered": answer_hit_when_answered,
    "f1": token_f1,
    "exact_match": exact_match,
    "choice": choice,
    "words": words,
    "cited": cited,
    "citation_precision": citation_precision,
    "citation_recall": citation_recall,
    "citation_support": citation_support,
    "answered": answered,
    "decline_precision": decline_precision,
    "decline_recall": decline_recall,
    "asked_back": asked_back,
    "unclear_not_answered": unclear_not_answered,
}
