"""Trains a reader of few layers to score as a large one does, and writes it as int8 ONNX.

    python -m evals.distill.train PAIRS.jsonl --teacher FOLDER --layers 4 --out FOLDER

The student begins as some of the teacher's own layers, whose int8 weights are read from its ONNX
file. Its targets are the teacher's scores (`pairs.py`). Prints how well they agree on the last
tenth of the pairs, which are not trained on.
"""

import argparse
import json
import math
import shutil
import time
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer
from torch import Tensor, nn

from bot.extraction.reader import LONGEST

Pair = tuple[list[int], list[int], float]
"""A pair's tokens, which of them are the sentence's, and the teacher's score."""

HEADS = 12
BATCH = 32
RATE = 1.2e-4
SEED = 7


class Block(nn.Module):
    """One layer of BERT."""

    def __init__(self, size: int = 384, inner: int = 1536) -> None:
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(size, size) for _ in range(3))
        self.mixed, self.first = nn.Linear(size, size), nn.LayerNorm(size, eps=1e-12)
        self.wide, self.narrow = nn.Linear(size, inner), nn.Linear(inner, size)
        self.second = nn.LayerNorm(size, eps=1e-12)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Transform states of shape `(batch, tokens, size)`; `mask` is added to attention."""
        batch, tokens, size = x.shape

        def heads(y: Tensor) -> Tensor:
            return y.view(batch, tokens, HEADS, size // HEADS).transpose(1, 2)

        q, k, v = heads(self.query(x)), heads(self.key(x)), heads(self.value(x))
        weights = (q @ k.transpose(-1, -2) / math.sqrt(size // HEADS) + mask).softmax(-1)
        mixed = (weights @ v).transpose(1, 2).reshape(batch, tokens, size)
        x = self.first(x + self.mixed(mixed))
        return self.second(x + self.narrow(nn.functional.gelu(self.wide(x))))


class Student(nn.Module):
    """BERT with a pooler and one score, of some layers of a teacher."""

    def __init__(self, layers: int, words: int = 30522, size: int = 384) -> None:
        super().__init__()
        self.words = nn.Embedding(words, size)
        self.places, self.types = nn.Embedding(512, size), nn.Embedding(2, size)
        self.norm = nn.LayerNorm(size, eps=1e-12)
        self.blocks = nn.ModuleList(Block() for _ in range(layers))
        self.pooler, self.classifier = nn.Linear(size, size), nn.Linear(size, 1)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        """Score each pair of a batch. Shape `(batch, 1)`."""
        places = torch.arange(input_ids.shape[1], device=input_ids.device)
        x = self.words(input_ids) + self.places(places) + self.types(token_type_ids)
        x = self.norm(x)
        mask = (1.0 - attention_mask[:, None, None, :].float()) * -10000.0
        for block in self.blocks:
            x = block(x, mask)
        return self.classifier(torch.tanh(self.pooler(x[:, 0])))


def teacher_weights(path: Path) -> dict[str, Tensor]:
    """Read the weights of a quantised ONNX BERT as floats, by their names in the graph."""
    graph = onnx.load(path).graph
    raw = {i.name: numpy_helper.to_array(i) for i in graph.initializer}
    found = {n: torch.tensor(v) for n, v in raw.items() if v.dtype == np.float32}
    for name in [n.removesuffix("_quantized") for n in raw if n.endswith("_quantized")]:
        found[name] = _floats(raw, name)
    for node in graph.node:
        if node.op_type == "MatMulInteger":  # /bert/encoder/layer.0/.../query/MatMul_quant
            name = node.input[1].removesuffix("_quantized")
            owner = node.name.split("/MatMul")[0].strip("/").replace("/", ".")
            kept = name if name.endswith(".weight") else f"{owner}.weight"
            found[kept] = _floats(raw, name).T.contiguous()
    return found


def _floats(raw: dict[str, NDArray[Any]], name: str) -> Tensor:
    zero = raw[f"{name}_zero_point"].astype(np.float32)
    values = (raw[f"{name}_quantized"].astype(np.float32) - zero) * raw[f"{name}_scale"]
    return torch.tensor(values)


def made_of(weights: dict[str, Tensor], layers: list[int]) -> Student:
    """Make a student of these layers of the teacher."""
    names = {
        "words": "bert.embeddings.word_embeddings", "places": "bert.embeddings.position_embeddings",
        "types": "bert.embeddings.token_type_embeddings", "norm": "bert.embeddings.LayerNorm",
        "pooler": "bert.pooler.dense", "classifier": "classifier",
    }  # fmt: skip
    parts = {
        "query": "attention.self.query", "key": "attention.self.key",
        "value": "attention.self.value", "mixed": "attention.output.dense",
        "first": "attention.output.LayerNorm", "wide": "intermediate.dense",
        "narrow": "output.dense", "second": "output.LayerNorm",
    }  # fmt: skip
    for place, layer in enumerate(layers):
        for ours, theirs in parts.items():
            names[f"blocks.{place}.{ours}"] = f"bert.encoder.layer.{layer}.{theirs}"
    student = Student(len(layers))
    state = {
        key: weights[f"{names[key.rpartition('.')[0]]}.{key.rpartition('.')[2]}"]
        for key in student.state_dict()
    }
    student.load_state_dict(state)
    return student


class Pairs:
    """Batches of tokens with the teacher's scores, pairs of like length together."""

    def __init__(self, path: Path, tokenizer: Tokenizer) -> None:
        rows = [json.loads(line) for line in path.open(encoding="utf-8")]
        cut = len(rows) * 9 // 10
        self.train, self.test = (self._encoded(r, tokenizer) for r in (rows[:cut], rows[cut:]))

    @staticmethod
    def _encoded(rows: list[dict], tokenizer: Tokenizer) -> list[Pair]:
        pairs = [(r["question"], s) for r in rows for s in r["sentences"]]
        scores = [score for r in rows for score in r["scores"]]
        encoded = tokenizer.encode_batch(pairs)
        return [(e.ids, e.type_ids, s) for e, s in zip(encoded, scores, strict=True)]


def batches(pairs: list[Pair], order: NDArray[np.intp]) -> list[list[Pair]]:
    """Cut the pairs, in a random order, into batches of like length."""
    found = []
    for start in range(0, len(order), BATCH * 50):
        chunk = sorted(order[start : start + BATCH * 50], key=lambda i: len(pairs[i][0]))
        found += [[pairs[i] for i in chunk[at : at + BATCH]] for at in range(0, len(chunk), BATCH)]
    return found


def tensors(batch: list[Pair]) -> tuple[dict[str, Tensor], Tensor]:
    """Pad a batch to its longest pair."""
    longest = max(len(ids) for ids, _, _ in batch)
    ids, mask, types = (torch.zeros(len(batch), longest, dtype=torch.long) for _ in range(3))
    for row, (found, kinds, _) in enumerate(batch):
        ids[row, : len(found)] = torch.tensor(found)
        types[row, : len(found)] = torch.tensor(kinds)
        mask[row, : len(found)] = 1
    given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
    return given, torch.tensor([score for _, _, score in batch])


def train(student: Student, pairs: Pairs, epochs: int) -> None:
    """Train by squared error, the rate falling to nothing after a short warm-up."""
    chance = np.random.default_rng(SEED)
    order = np.concatenate([chance.permutation(len(pairs.train)) for _ in range(epochs)])
    todo = batches(pairs.train, order)
    mixed = chance.permutation(len(todo))
    optimiser = torch.optim.AdamW(student.parameters(), lr=RATE, weight_decay=0.01)
    plan = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, RATE, total_steps=len(todo), pct_start=0.1
    )
    student.words.weight.requires_grad_(False)  # their int8 values stay as they are
    began = time.monotonic()
    for step, place in enumerate(mixed):
        given, wanted = tensors(todo[place])
        loss = nn.functional.mse_loss(student(**given)[:, 0], wanted)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(student.parameters(), 1.0)
        optimiser.step()
        plan.step()
        if step % 50 == 0:
            print(
                f"{step}/{len(todo)} loss {loss.item():.2f} {time.monotonic() - began:.0f} s",
                flush=True,
            )


def agreement(student: Student, pairs: Pairs) -> float:
    """Measure the correlation with the teacher on the pairs kept aside."""
    given, wanted = [], []
    with torch.inference_mode():
        for start in range(0, len(pairs.test), 64):
            batch, scores = tensors(pairs.test[start : start + 64])
            given += student(**batch)[:, 0].tolist()
            wanted += scores.tolist()
    return float(np.corrcoef(given, wanted)[0, 1])


def export(student: Student, teacher: Path, folder: Path) -> None:
    """Write the student as int8 ONNX beside its tokenizer."""
    folder.mkdir(parents=True, exist_ok=True)
    whole = folder / "float.onnx"
    example = {
        n: torch.ones(2, 8, dtype=torch.long)
        for n in ("input_ids", "attention_mask", "token_type_ids")
    }
    axes = {name: {0: "batch", 1: "tokens"} for name in example} | {"logits": {0: "batch"}}
    torch.onnx.export(
        student.eval(), tuple(example.values()), str(whole), input_names=[*example],
        output_names=["logits"], dynamic_axes=axes, opset_version=17, dynamo=False,
    )  # fmt: skip
    # Seven bits: without VNNI, processors add up eight-bit products in too few bits.
    quantize_dynamic(
        whole,
        folder / "model.onnx",
        per_channel=True,
        reduce_range=True,
        weight_type=QuantType.QInt8,
    )
    shutil.copy(teacher / "tokenizer.json", folder / "tokenizer.json")


def main() -> None:
    """Train a student and write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--teacher", type=Path, required=True, help="its folder")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    torch.manual_seed(SEED)
    tokenizer = Tokenizer.from_file(str(options.teacher / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(LONGEST)
    pairs = Pairs(options.pairs, tokenizer)
    weights = teacher_weights(options.teacher / "model.onnx")
    # The last layers matter most, and the first: take them evenly, the last one always.
    chosen = [round((i + 1) * 12 / options.layers) - 1 for i in range(options.layers)]
    student = made_of(weights, chosen)
    print(
        f"{len(pairs.train)} pairs, layers {chosen}, before: {agreement(student, pairs):.3f}",
        flush=True,
    )
    train(student, pairs, options.epochs)
    print(f"after: {agreement(student, pairs):.3f}")
    export(student, options.teacher, options.out)


if __name__ == "__main__":
    main()
