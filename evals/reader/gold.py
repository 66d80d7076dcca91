"""Writes labelled questions as gold, for `python -m evals.fit` and `dateline eval`.

    python -m evals.reader.gold LABELS.jsonl --articles DUMP.jsonl.gz --out everyday.jsonl

The answers of a question are the sentences that answer it. One with sentences that answer only in
part is left out, and so is one of `contrasts.jsonl` that another sentence of the same articles may
answer.
"""

import argparse
import json
from pathlib import Path

from evals.fit import CONTRAST, SENTENCE_GOLD
from evals.reader.labels import Labelled, read_labels, read_texts

OTHER, BESIDE = "other", "beside"
"""The kinds of `contrasts.jsonl`."""


def _row(one: Labelled) -> dict[str, object]:
    pairs = [*zip(one.sentences, one.sources, one.labels, strict=True)]
    return {
        "id": one.id,
        "question": one.question,
        "history": [{"role": "user", "content": one.after}] if one.after else [],
        "asked_on": one.asked_on,
        "answers": [sentence for sentence, _, label in pairs if label == 1],
        "sources": sorted({s for _, s, label in pairs if label == 1 or one.kind == OTHER}),
        "answerable": one.has_answer,
        "type": CONTRAST if one.kind == OTHER else SENTENCE_GOLD,
    }


def main() -> None:
    """Write a gold row for each labelled question of these articles."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labels", type=Path)
    for name in ("--articles", "--out"):
        parser.add_argument(name, type=Path, required=True)
    options = parser.parse_args()
    labelled = read_labels(options.labels, read_texts([options.articles]))
    with options.out.open("w", encoding="utf-8") as out:
        for one in labelled:
            if one.has_answer or not (any(one.labels) or one.kind == BESIDE):
                out.write(json.dumps(_row(one), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
