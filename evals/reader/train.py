"""Trains the reader's top layers on labelled sentences, and writes them for it to load.

    uv run --with torch --with onnx python -m evals.reader.train LABELS.jsonl [LABELS.jsonl ...] \
        --articles DUMP.jsonl.gz [DUMP.jsonl.gz ...] [--go-on LAYERS.npz] --out layers.npz

Begins with the layers of the model as it comes, or goes on from trained ones. Prints, before
training and after each epoch, how the questions kept aside do: the share whose best sentence
answers, the mean reciprocal rank of the first that answers, and how well the best score tells
questions with an answer from those without (auroc). An epoch of 1,000 questions takes some six
minutes of one core, and reading them ten more.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor, nn

from bot.extraction.reader import built_in_folder
from evals.reader.labels import Labelled, read_labels, read_texts
from evals.reader.model import Top, cut

LONGEST = 80
"""Tokens of a pair; longer sentences are cut, as all are in reading."""
TOGETHER = 6
"""Questions a step."""
RIGHT, WRONG = 3, 4
"""How many sentences of a question that answer and that do not a step takes."""
RATE = 1e-4
EPOCHS = 2
ASIDE = 5
"""One of so many questions is kept aside."""
SEED = 7


@dataclass(frozen=True, eq=False)
class Example:
    """A question's pairs as the lower layers leave them, float16 `(tokens, size)` each."""

    states: Sequence[NDArray[np.float16]]
    labels: Tensor

    def batch(self) -> tuple[Tensor, Tensor]:
        """The states, padded to the longest pair, and which of them are tokens."""
        shape = len(self.states), max(len(s) for s in self.states)
        x, attention = torch.zeros(*shape, self.states[0].shape[1]), torch.zeros(*shape)
        for row, state in enumerate(self.states):
            x[row, : len(state)] = torch.from_numpy(state.astype(np.float32))
            attention[row, : len(state)] = 1
        return x, attention

    def some(self, chance: np.random.Generator) -> "Example":
        """A few of the pairs, those that answer among them."""
        answers = self.labels.numpy() > 0
        right, wrong = np.flatnonzero(answers)[:RIGHT], np.flatnonzero(~answers)
        at = [*right, *chance.permutation(wrong)[:WRONG]]
        return Example([self.states[i] for i in at], self.labels[at])


class Lower:
    """The layers that are not trained."""

    def __init__(self, folder: Path, cut_model: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(cut_model), options)
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(LONGEST)

    def example(self, labelled: Labelled) -> Example:
        """Run each pair of a question through them."""
        asked = " ".join(
            filter(None, (labelled.after, labelled.question))
        )  # as the reader is asked
        pairs = [(asked, sentence) for sentence in labelled.sentences]
        encoded = self._tokenizer.encode_batch(pairs)
        states = [self._states(e.ids, e.type_ids) for e in encoded]
        return Example(states, torch.tensor(labelled.labels, dtype=torch.float))

    def _states(self, ids: Sequence[int], types: Sequence[int]) -> NDArray[np.float16]:
        given = {"input_ids": ids, "attention_mask": [1] * len(ids), "token_type_ids": types}
        arrays = {name: np.array([value], dtype=np.int64) for name, value in given.items()}
        return np.asarray(self._session.run(None, arrays)[0][0], dtype=np.float16)


def loss(scores: Tensor, labels: Tensor) -> Tensor:
    """How far scores are from labels: each by itself, and the answers among the others."""
    found = nn.functional.binary_cross_entropy_with_logits(scores, labels)
    if labels.max() < 1:
        return found
    return found - (torch.log_softmax(scores, 0) * labels).sum() / labels.sum()


def train(
    model: Top, examples: Sequence[Example], epochs: int, rate: float, aside: Sequence[Example]
) -> None:
    """Train all of the model; the rate falls to nothing after a short warm-up."""
    steps = epochs * -(-len(examples) // TOGETHER)
    optimiser = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0.01)
    plan = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps, pct_start=0.1)
    chance = np.random.default_rng(SEED)
    for epoch in range(epochs):
        order = [examples[i] for i in chance.permutation(len(examples))]
        for start in range(0, len(order), TOGETHER):
            chosen = order[start : start + TOGETHER]
            optimiser.zero_grad()
            for example in (one.some(chance) for one in chosen):
                (loss(model(*example.batch()), example.labels) / TOGETHER).backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            plan.step()
        print(f"epoch {epoch}: {figures(model, aside)}", flush=True)


def figures(model: Top, examples: Sequence[Example]) -> dict[str, float]:
    """How well the model does on questions that it was not trained on."""
    with torch.inference_mode():
        scored = [(model(*e.batch()).numpy(), e.labels.numpy() >= 1) for e in examples]
    ranked = [right[np.argsort(-scores)] for scores, right in scored if right.any()]
    yes = np.array([scores.max() for scores, right in scored if right.any()])
    no = np.array([scores.max() for scores, right in scored if not right.any()])
    return {
        "questions": len(ranked),
        "first": round(float(np.mean([right[0] for right in ranked])), 3),
        "mrr": round(float(np.mean([1 / (1 + right.argmax()) for right in ranked])), 3),
        "auroc": round(float((yes[:, None] > no).mean()), 3),
    }


def main() -> None:
    """Train on labelled questions and write the arrays of the top layers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labels", type=Path, nargs="+")
    parser.add_argument("--articles", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--go-on", type=Path, help="trained layers to begin with")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--rate", type=float, default=RATE)
    options = parser.parse_args()
    torch.manual_seed(SEED)
    folder, texts = built_in_folder(), read_texts(options.articles)
    labelled = [one for path in options.labels for one in read_labels(path, texts)]
    with TemporaryDirectory() as scratch:
        cut(folder / "model.onnx", Path(scratch) / "lower.onnx")
        lower = Lower(folder, Path(scratch) / "lower.onnx")
    examples = [lower.example(one) for one in labelled]
    aside, rest = examples[::ASIDE], [e for k, e in enumerate(examples) if k % ASIDE]
    model = Top(folder / "model.onnx", options.go_on)
    print(f"{len(rest)} to train on; before: {figures(model, aside)}", flush=True)
    train(model, rest, options.epochs, options.rate, aside)
    arrays: dict[str, Any] = model.arrays()
    np.savez_compressed(options.out, **arrays)


if __name__ == "__main__":
    main()
