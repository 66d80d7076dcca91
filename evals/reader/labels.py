"""Questions with the sentences found for them, each labelled as an answer or not.

A row names its sentences by the article's address and character offsets, so that the file holds no
text of any article: `{"id", "set", "question", "asked_on", "kind", "after", "sources": [...],
"sentences": [[source, start, end, label], ...]}`. `after` is the question that a follow-up follows;
`source` is a place in `sources`; the label is 1 for a sentence that answers, 0.3 for one that
answers in part, and 0.

In `labels.jsonl` the sentences are those that Dateline would read, in `plain.jsonl` those that the
article begins with, and two of others: easy ones. In `contrasts.jsonl` each question of them comes
twice again, so that no sentence answers it though they look alike: `kind` is "other" where it is
about another person, place or thing, and "beside" where it asks what the sentences do not say.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.dumps import read_articles


@dataclass(frozen=True, slots=True)
class Labelled:
    """A question, its sentences with their articles, and how well each answers, in [0, 1].

    `kind` is the sort of question. `after` is the question before it, where it is a follow-up.
    """

    id: str
    kind: str | None
    question: str
    asked_on: str | None
    after: str | None
    sentences: tuple[str, ...]
    sources: tuple[str, ...]
    labels: tuple[float, ...]

    @property
    def has_answer(self) -> bool:
        """Whether a sentence answers the whole of the question."""
        return any(label == 1 for label in self.labels)


def read_texts(dumps: Iterable[Path]) -> dict[str, str]:
    """Read the text of every article of gzipped dumps, by address."""
    return {row["url"]: row["text"] for row in read_articles(dumps).values()}


def read_labels(path: Path, texts: Mapping[str, str]) -> list[Labelled]:
    """Read the labelled questions whose articles are all among `texts`."""
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [_labelled(row, texts) for row in rows if all(s in texts for s in row["sources"])]


def _labelled(row: Mapping[str, Any], texts: Mapping[str, str]) -> Labelled:
    places = [(row["sources"][k], start, end, label) for k, start, end, label in row["sentences"]]
    return Labelled(
        row["id"],
        row.get("kind"),
        row["question"],
        row["asked_on"],
        row.get("after"),
        sentences=tuple(texts[source][start:end] for source, start, end, _ in places),
        sources=tuple(source for source, _, _, _ in places),
        labels=tuple(label for _, _, _, label in places),
    )
