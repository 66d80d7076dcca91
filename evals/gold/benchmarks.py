"""The questions of public benchmarks, from their published files into gold rows.

Rows are recognised by their shape, never by a file's name:

- RealTimeQA (github.com/realtimeqa/realtimeqa_public): `past/YYYY/YYYYMMDD_qa.jsonl`, and
  `…_qa_nota.jsonl`, where the right choice may be "None of the above".
- MTRAG and MTRAG-UN (github.com/IBM/mt-rag-benchmark): `generation_tasks/*.jsonl`. Take
  `reference.jsonl`; the others list what a retriever found, and name fewer gold passages.
- BEIR, as MTRAG's `retrieval_tasks`: queries in `*.jsonl`, with `qrels/*.tsv` beside them.

It does not check what it translates (`evals.gold.format` does). The articles of these benchmarks
are read like any others (`index.readers`).
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from index.errors import UsageError

Row = dict[str, Any]


class RowError(Exception):
    """What is wrong with a row of a gold file, and what to do about it."""


NOTHING_FITS = "None of the above"
KINDS = {"partially_answerable": "partial"}
"""MTRAG's words for kinds, where it has others; it writes them in capitals."""
SMALL_TALK = "conversational"
"""MTRAG's word for turns such as thanks, which ask nothing."""
ROLES = {"user": "user", "agent": "assistant", "assistant": "assistant"}

_LINK = re.compile(r"""<a\s[^>]*?href=["'](https?://[^"'#\s]+)""", re.IGNORECASE)
_DAY = re.compile(r"(\d{4})[/-]?(\d\d)[/-]?(\d\d)(?!\d)")
_SPEAKER = re.compile(r"^\|(user|agent|assistant)\|:[ \t]*", re.MULTILINE)


def translator(path: Path) -> Callable[[Row], Row | None]:
    """What turns a row of the file at `path` into a gold row, or into None if it asks nothing.

    A row of any other shape stays as it is. The translation raises RowError for a row that is
    broken, and UsageError where BEIR queries have no qrels.
    """
    qrels = cache(lambda: _qrels(path.parent / "qrels"))

    def translate(row: Row) -> Row | None:
        try:
            if "question_id" in row and "question_sentence" in row:
                return _realtimeqa(row)
            if "task_id" in row and "input" in row:
                return _mtrag(row)
            if "_id" in row and "text" in row:
                return _beir(row, qrels())
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise RowError(
                f"broken row of a benchmark ({error!r}); take the file as it was published"
            ) from error
        return row

    return translate


def _realtimeqa(row: Row) -> Row:
    """A question of a weekly quiz; `evidence` links to articles that hold its answer.

    It is put to systems on the day in its id, which may be later than that of the quiz.
    """
    day = _DAY.match(str(row["question_id"])) or _DAY.match(str(row.get("question_date")))
    choices, right = row.get("choices") or [], row.get("answer") or []
    answers = _chosen(choices, right) if choices else right
    return {
        "id": row["question_id"],
        "question": row["question_sentence"],
        # No article says that nothing fits: what it says instead is not in the file.
        "answers": [answer for answer in answers if answer != NOTHING_FITS],
        "choices": [choice for choice in choices if choice],
        "sources": list(dict.fromkeys(_LINK.findall(str(row.get("evidence") or "")))),
        "asked_on": "-".join(day.groups()) if day else None,
        "collection": row.get("question_source"),
    }


def _chosen(choices: Sequence[str], right: Sequence[object]) -> list[str]:
    by_number = {str(number): choice for number, choice in enumerate(choices)}
    return [by_number[str(number)] for number in right]


def _mtrag(row: Row) -> Row | None:
    """A turn of a conversation, with what was said before it and a reference answer."""
    kind = _first(row, "Answerability", "answerability").lower()
    if kind == SMALL_TALK:
        return None
    *before, last = [(ROLES[said["speaker"]], said["text"]) for said in row["input"]]
    answers = [target["text"] for target in row.get("targets") or []]
    sources = [str(context["document_id"]) for context in _references(row)]
    kind = KINDS.get(kind, kind)
    has_answer = kind not in ("unanswerable", "underspecified")
    return {
        "id": row["task_id"],
        "question": last[1],
        "history": _turns(before),
        "answers": answers if has_answer else [],
        "sources": list(dict.fromkeys(sources)) if has_answer else [],
        "kind": kind or None,
        "collection": _first(row, "Collection", "collection") or None,
        "type": _first(row, "Question Type") or None,
    }


def _references(row: Row) -> list[Row]:
    """The gold passages; where a retriever's are listed among them, a mark tells them apart."""
    contexts = row.get("contexts") or []
    marked = [context for context in contexts if context.get("reference")]
    return marked if marked or "No. References" in row else contexts


def _first(row: Row, *keys: str) -> str:
    """The label under the first of the keys that has one; MTRAG keeps some in lists."""
    for key in keys:
        value = row.get(key)
        value = value[0] if isinstance(value, list) and value else value
        if isinstance(value, str) and value:
            return value
    return ""


def _beir(row: Row, qrels: Mapping[str, list[str]]) -> Row | None:
    """A query with the passages judged relevant to it; one that nobody judged is left out.

    MTRAG writes the questions before it into the same text.
    """
    parts = _SPEAKER.split(str(row["text"]))
    said = list(zip(parts[1::2], (part.strip() for part in parts[2::2]), strict=True))
    *before, last = [(ROLES[speaker], text) for speaker, text in said] or [("user", parts[0])]
    if row["_id"] not in qrels:
        return None
    return {
        "id": row["_id"],
        "question": last[1],
        "history": _turns(before),
        "sources": qrels[row["_id"]],
    }


def _turns(said: Sequence[tuple[str, str]]) -> list[Row]:
    return [{"role": role, "content": text} for role, text in said]


def _qrels(folder: Path) -> dict[str, list[str]]:
    """The relevant documents of each query, from BEIR's query-id, corpus-id, score."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(folder.glob("*.tsv")):
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            query, document, score = (*line.split("\t"), "", "")[:3]
            if score.isdecimal() and int(score) > 0:  # which leaves out the header
                found[query].append(document)
    if not found:
        raise UsageError(f"BEIR queries without qrels: put them in {folder}, as .tsv files")
    return found
