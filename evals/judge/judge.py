"""A language model as the judge of a run: is an answer right, and does it keep to its evidence?

Beside the answers it is given mismatched ones, which belong to another question: a judge that
lets those pass is worth nothing. Verdicts go to a file as they come, so that judging can be
stopped and taken up. What they add up to is said in `evals/judge/verdicts.py`.
"""

import asyncio
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from bot.llm import LLM, Message, Sampling
from evals.figures.metrics import plain
from evals.run.runs import Record, Run
from index.errors import ModelError, UsageError
from prompts import Prompts

POSITIVE = {"correctness": "correct", "faithfulness": "faithful"}
"""What is judged, and the verdict that speaks for the answer."""
NEGATIVE = {"correctness": "incorrect", "faithfulness": "unfaithful"}
"""The same, and the verdict that speaks against it."""
CONTROLS = 5
"""Mismatched answers for each."""
MAX_TOKENS = 1000
VARIED = 0.5
"""The temperature of repeated judgements: at 0 they would only repeat themselves."""


class Case(NamedTuple):
    """One thing to judge: `number` is the answer's place in the run, from 0."""

    aspect: str
    number: int
    control: bool
    repeat: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judge said, and what it took; `passed` is whether it speaks for the answer."""

    aspect: str
    number: int
    control: bool
    repeat: int
    passed: bool
    why: str
    prompt_tokens: int = 0
    completion_tokens: int = 0

    @property
    def case(self) -> Case:
        """What was judged."""
        return Case(self.aspect, self.number, self.control, self.repeat)


def cases(run: Run, repeat: int) -> dict[Case, dict[str, Any]]:
    """Everything to judge in a run, each with the data that the judge is shown.

    Raises UsageError when that is fewer than two answers: then none can be mismatched.
    """
    found: dict[Case, dict[str, Any]] = {}
    for aspect, data in (("correctness", _correctness), ("faithfulness", _faithfulness)):
        judged = [n for n, record in enumerate(run.records) if data(record, record)]
        pairs = [(n, n) for n in judged] + _mismatched(run.records, judged, aspect)
        for n, other in pairs:
            shown = data(run.records[n], run.records[other]) or {}
            found |= {Case(aspect, n, n != other, r): shown for r in range(repeat)}
    if len({case.number for case in found}) < 2:
        raise UsageError(f"{run.path} has fewer than two answers that can be judged")
    return found


def description(run: Run, llm: LLM, prompts: Prompts, repeat: int) -> dict[str, Any]:
    """What makes the verdicts what they are: the judge, how it is asked, and of what."""
    names = [f"judge_{aspect}" for aspect in POSITIVE]
    return {
        "model": llm.name,
        "temperature": VARIED if repeat > 1 else 0.0,
        "seeds": list(range(repeat)),
        "prompts": {name: prompts[name].fingerprint for name in names},
        "run": hashlib.sha256(run.path.read_bytes()).hexdigest(),
        "gold": _digest([asdict(record.gold) for record in run.records]),
    }


def verdicts_so_far(out: Path, described: Mapping[str, Any]) -> list[Verdict]:
    """What `out` holds, after cutting off a torn last line; UsageError when it is of other making.

    A file that is not there yet is begun.
    """
    if not out.exists():
        out.write_text(json.dumps(described) + "\n", encoding="utf-8")
        return []
    data = out.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    try:
        before, *rows = map(json.loads, whole.splitlines())
        found = [Verdict(**row) for row in rows]
        if not all(isinstance(verdict.passed, bool) for verdict in found):
            raise ValueError
    except (ValueError, TypeError):
        raise UsageError(f"{out} holds no verdicts; choose another --out") from None
    if before != described:
        before = before if isinstance(before, dict) else {}
        changed = [name for name in described if before.get(name) != described[name]]
        raise UsageError(
            f"{out} was judged otherwise ({', '.join(changed)}); choose another --out, or remove it"
        )
    out.write_bytes(whole)
    return found


async def judge(
    wanted: Mapping[Case, Mapping[str, Any]],
    run: Run,
    llm: LLM,
    prompts: Prompts,
    out: Path,
    *,
    temperature: float = 0.0,
    concurrency: int = 1,
    on_verdict: Callable[[Verdict], None] = lambda verdict: None,
) -> None:
    """Append a verdict on every case to `out`, as they come.

    Raises ModelError, naming the question, at the first verdict that cannot be had or read.
    """
    slots = asyncio.Semaphore(concurrency)
    with out.open("a", encoding="utf-8") as lines:

        async def one(case: Case, shown: Mapping[str, Any]) -> None:
            async with slots:
                try:
                    sampling = Sampling(temperature, case.repeat)
                    verdict = await _verdict(case, shown, llm, prompts, sampling)
                except ModelError as problem:
                    asked = run.records[case.number].gold.id
                    raise type(problem)(
                        f"no verdict on the {case.aspect} of {asked}: {problem}; what is judged "
                        f"is kept in {out}, and the same command goes on from there"
                    ) from problem
            lines.write(json.dumps(asdict(verdict), ensure_ascii=False) + "\n")
            lines.flush()
            on_verdict(verdict)

        try:
            async with asyncio.TaskGroup() as group:
                for case, shown in wanted.items():
                    group.create_task(one(case, shown))
        except ExceptionGroup as problems:
            raise problems.exceptions[0] from None


async def _verdict(
    case: Case, shown: Mapping[str, Any], llm: LLM, prompts: Prompts, sampling: Sampling
) -> Verdict:
    words = (POSITIVE[case.aspect], NEGATIVE[case.aspect])
    schema = {
        "type": "object",
        "properties": {
            "why": {"type": "string"},
            "verdict": {"type": "string", "enum": [*words]},
        },
        "required": ["why", "verdict"],
        "additionalProperties": False,
    }
    # As JSON, no article can end its own field and go on as if it were the instructions.
    messages = [
        Message("system", prompts[f"judge_{case.aspect}"].fill()),
        Message("user", json.dumps(shown, ensure_ascii=False, indent=1)),
    ]
    reply = await llm.complete(messages, max_tokens=MAX_TOKENS, schema=schema, sampling=sampling)
    said = reply.data or {}
    if said.get("verdict") not in words:
        raise ModelError(f"{llm.name} said {said.get('verdict')!r}, not {' or '.join(words)}")
    usage = reply.usage
    return Verdict(
        *case,
        passed=said["verdict"] == words[0],
        why=str(said["why"]),
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
    )


def _correctness(record: Record, other: Record) -> dict[str, Any] | None:
    """The answer of `record` with the question and the gold of `other`; None without either."""
    gold = other.gold
    if not record.said or not gold.has_answer or not gold.answers:
        return None
    answer = plain(record.answer["answer"])
    before = {"conversation": [turn._asdict() for turn in gold.history]} if gold.history else {}
    asked = before | {"question": gold.question, "gold_answers": [*gold.answers]}
    return asked | {"answer": answer}


def _faithfulness(record: Record, other: Record) -> dict[str, Any] | None:
    """The answer of `record` with the evidence of `other`: its quotes, else its passages."""
    if not record.said:
        return None
    quotes = [(c["quote"], c) for c in other.answer.get("citations", ())]
    texts = quotes or [(p["text"], p) for p in other.answer.get("passages", ())]
    if not texts:
        return None
    evidence = [
        {"number": n, "title": of.get("title"), "published": of.get("published"), "text": text}
        for n, (text, of) in enumerate(texts, 1)
    ]
    question, answer = record.gold.question, record.answer["answer"]
    return {"question": question, "evidence": evidence, "answer": answer}


def _mismatched(
    records: Sequence[Record], judged: Sequence[int], aspect: str
) -> list[tuple[int, int]]:
    """A few answers, spread over the run, each with a question that is not its own."""
    strangers = list(_strangers(records, judged, aspect))
    step = max(1, len(strangers) // CONTROLS)
    return strangers[::step][:CONTROLS]


def _strangers(
    records: Sequence[Record], judged: Sequence[int], aspect: str
) -> Iterator[tuple[int, int]]:
    half = len(judged) // 2
    for place, n in enumerate(judged):
        others = (judged[(place + half + step) % len(judged)] for step in range(len(judged)))
        alien = (m for m in others if m != n and _is_alien(records[n], records[m], aspect))
        if (other := next(alien, None)) is not None:
            yield n, other


def _is_alien(record: Record, other: Record, aspect: str) -> bool:
    """Whether nothing of what `record` answers could be right for `other`."""
    answer = record.answer["answer"].casefold()
    if aspect == "correctness":
        return not any(gold.casefold() in answer for gold in other.gold.answers)
    ours, theirs = ({c["quote"] for c in r.answer.get("citations", ())} for r in (record, other))
    return not ours & theirs


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, default=str).encode()).hexdigest()
