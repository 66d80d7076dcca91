"""Measures what becomes of written drafts: right sentences kept, wrong ones caught.

    python -m evals.written DRAFTS.jsonl --articles ARTICLES... [--verdicts FILE] [--half aside]

Each row of DRAFTS is a draft as a strong model writes them, its right sentences, and corrupted
ones, each of which replaces one of them. Of each row several drafts are made, the right one and
such with as many corrupted sentences as have places, and each is checked as an answer is. Without
--verdicts no judge is asked; "perfect" is a judge that knows what is right, which shows what the
rest loses; FILE holds the verdicts of a judge as they were recorded, a line for each draft.
"""

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from bot.generation.judge import read_verdicts, shown_to_judge
from bot.verification.citations import Part
from bot.verification.claims import Claim, Kind, claims
from bot.verification.evidence import Evidence
from bot.verification.verdict import DraftSentence, Verdict
from bot.verification.verifier import Verifier
from evals.dumps import read_articles
from index.article import Passage
from index.embedding.similarity import Words
from index.embedding.static import StaticEmbedder

RIGHT = "right"
"""The kind of a sentence that is not corrupted."""


@dataclass(frozen=True, slots=True)
class Written:
    """One draft of a row: its text, and the kind of each sentence in it, RIGHT or an error's."""

    name: str
    question: str
    today: date
    evidence: Evidence
    text: str
    kinds: Mapping[str, str]
    right: Mapping[str, str]
    """What each corrupted sentence should say."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one sentence: "kept", "corrected", "quoted" or "dropped"."""

    draft: str
    kind: str
    text: str
    what: str
    why: str
    first: bool


Articles = Mapping[str, Mapping[str, Any]]
Judging = Callable[[Written, Sequence[DraftSentence]], Mapping[int, Verdict]]


def main() -> None:
    """Print the shares, and the sentences that were treated wrongly."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("drafts", type=Path)
    parser.add_argument("--articles", type=Path, nargs="+", required=True)
    parser.add_argument("--verdicts", help='"perfect", or a file of recorded ones')
    parser.add_argument("--half", choices=["work", "aside"], help="only these rows")
    parser.add_argument("--list", action="store_true", help="print what was treated wrongly")
    options = parser.parse_args()
    drafts = read_drafts(options.drafts, read_articles(options.articles), options.half)
    outcomes = [o for d in drafts for o in outcomes_of(d, judging(options.verdicts), words())]
    print(json.dumps(figures(outcomes), indent=1))
    for o in outcomes if options.list else ():
        if (o.kind == RIGHT) != (o.what == "kept"):
            print(f"{o.draft} {o.kind} {o.what}: {o.text} ({o.why})")


@cache
def words() -> Words:
    """What the static model knows of words, loaded when it is first asked."""
    return Words(StaticEmbedder())


def read_drafts(path: Path, articles: Articles, half: str | None = None) -> list[Written]:
    """The drafts of every row, the right one of each first."""
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [d for row in rows if half in (None, row["half"]) for d in _drafts(row, articles)]


def _drafts(row: Mapping[str, Any], articles: Articles) -> Iterator[Written]:
    evidence = Evidence([_passage(p, articles) for p in row["passages"]])
    today = date.fromisoformat(row["today"])
    right = [s["text"] for s in row["sentences"]]
    for n, chosen in enumerate([{}, *_rounds(row["corruptions"])]):
        text, kinds = row["draft"], dict.fromkeys(right, RIGHT)
        originals = {wrong["text"]: right[place] for place, wrong in chosen.items()}
        for place, wrong in chosen.items():
            text = text.replace(right[place], wrong["text"], 1)
            del kinds[right[place]]
            kinds[wrong["text"]] = wrong["kind"]
            if wrong.get("previous") and place:
                text = text.replace(right[place - 1], wrong["previous"], 1)
                kinds.pop(right[place - 1], None)
        yield Written(f"{row['id']}-{n}", row["question"], today, evidence, text, kinds, originals)


def _rounds(corruptions: Sequence[Mapping[str, Any]]) -> list[dict[int, Mapping[str, Any]]]:
    """The corruptions in as few rounds as can be, in each at most one for a place.

    One that needs a certain sentence before it leaves that alone.
    """
    rounds: list[dict[int, Mapping[str, Any]]] = []
    for wrong in corruptions:
        place = wrong["index"]
        taken = {place, place - 1} if wrong["kind"] == "coreference" else {place}
        free = (r for r in rounds if taken.isdisjoint(r) and not _is_needed(place, r))
        into = next(free, None)
        if into is None:
            rounds.append({place: wrong})
        else:
            into[place] = wrong
    return rounds


def _is_needed(place: int, chosen: Mapping[int, Mapping[str, Any]]) -> bool:
    after = chosen.get(place + 1)
    return after is not None and after["kind"] == "coreference"


def _passage(row: Mapping[str, Any], articles: Articles) -> Passage:
    article, start, end = articles[row["article_id"]], row["start"], row["end"]
    day = date.fromisoformat(article["published"]) if article.get("published") else None
    source = article["url"] or article["id"]
    return Passage(source, article["title"], day, None, article["text"][start:end], start, end)


def judging(verdicts: str | None) -> Judging:
    """The judge that --verdicts names."""
    if verdicts is None:
        return lambda _, __: {}
    if verdicts == "perfect":
        return perfect
    rows = map(json.loads, Path(verdicts).read_text(encoding="utf-8").splitlines())
    recorded = {row["draft"]: row for row in rows}

    def replay(draft: Written, asked: Sequence[DraftSentence]) -> Mapping[int, Verdict]:
        wanted = {k for k, sentence in enumerate(asked) if sentence.judged}
        return read_verdicts(recorded[draft.name], wanted, draft.evidence)

    return replay


def perfect(draft: Written, asked: Sequence[DraftSentence]) -> Mapping[int, Verdict]:
    """The verdicts of a judge that knows which sentences are right, and corrects nothing."""
    found = claims(draft.text, len(draft.evidence.passages))
    verdicts: dict[int, Verdict] = {}
    for k, claim in enumerate(found):
        if asked[k].judged:
            wrong = _sentence_of(draft, claim)
            right = draft.right.get(wrong or "", "")
            cited = [n for c in claims(right, len(draft.evidence.passages)) for n in c.cited]
            evidence = draft.evidence.of(cited or claim.cited)[:1]
            verdicts[k] = Verdict(not right, evidence, "", right)
    return verdicts


def requests(drafts: Sequence[Written]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What a judge is shown of each draft, by the draft's name."""
    for draft in drafts:
        found = claims(draft.text, len(draft.evidence.passages))
        asked = Verifier(draft.evidence, words(), draft.today).to_judge(found)
        wanted = [k for k, sentence in enumerate(asked) if sentence.judged]
        today = draft.today.isoformat()
        yield draft.name, shown_to_judge(draft.question, today, asked, draft.evidence, wanted)


def outcomes_of(draft: Written, judge: Judging, words: Words) -> Iterator[Outcome]:
    """What becomes of each sentence of a draft."""
    found = claims(draft.text, len(draft.evidence.passages))
    verifier = Verifier(draft.evidence, words, draft.today)
    parts = verifier.parts(found, judge(draft, verifier.to_judge(found)))
    by_sentence: dict[str, list[Part | None]] = defaultdict(list)
    own = {part.claim.start: part for part in parts}
    for claim in found:
        if claim.kind is Kind.CLAIM and (sentence := _sentence_of(draft, claim)):
            by_sentence[sentence].append(own.get(claim.start))
    for n, (sentence, some) in enumerate(by_sentence.items()):
        what = [_what(part, found, draft.kinds[sentence]) for part in some]
        worst = next(w for w in ("dropped", "quoted", "corrected", "kept") if w in what)
        why = "; ".join(p.why for p in some if p)
        yield Outcome(draft.name, draft.kinds[sentence], sentence, worst, why, first=not n)


def _what(part: Part | None, found: Sequence[Claim], kind: str) -> str:
    if part is None or not part.is_said:
        return "dropped"
    if part.quoted:
        return "quoted"
    if kind == "citation" and not {s.passage for s in part.sentences} <= {*part.claim.cited}:
        return "corrected"
    return "kept" if any(part.claim == claim for claim in found) else "corrected"


def _sentence_of(draft: Written, claim: Claim) -> str | None:
    """The sentence of the draft that a claim is, or is a part of."""
    for sentence in draft.kinds:
        start = draft.text.find(sentence)
        if start < claim.end and claim.start < start + len(sentence):
            return sentence
    return None


def figures(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The shares of right sentences kept and of wrong ones caught, and the same by kind."""
    right = [o for o in outcomes if o.kind == RIGHT]
    wrong = [o for o in outcomes if o.kind != RIGHT]
    caught = Counter(o.kind for o in wrong if o.what != "kept")
    every = Counter(o.kind for o in wrong)
    whole = [o for o in right if o.draft.endswith("-0")]
    firsts = [o for o in whole if o.first]
    return {
        "right": len(right),
        "wrong": len(wrong),
        "right_by_outcome": dict(Counter(o.what for o in right)),
        "wrong_by_outcome": dict(Counter(o.what for o in wrong)),
        "kept": round(sum(o.what == "kept" for o in right) / max(1, len(right)), 3),
        "caught": round(sum(caught.values()) / max(1, len(wrong)), 3),
        "first_sentence_kept": f"{sum(o.what == 'kept' for o in firsts)} of {len(firsts)}",
        "caught_by_kind": {k: f"{caught[k]} of {n}" for k, n in sorted(every.items())},
    }


if __name__ == "__main__":
    main()
