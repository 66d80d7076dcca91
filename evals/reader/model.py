"""The reader cut in two: its lower layers as they are, and its three top layers to be trained.

The lower layers run as int8 ONNX, once a pair. The top ones are made of the same file's int8
weights as floats, and go back into it as int8: `Top.arrays` has the names of the file.
"""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor, nn

LAYERS = 12
TOP = (9, 10, 11)
HEADS = 12
SIZE = 384
INNER = 1536
_PARTS = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "mixed": "attention.output.dense",
    "first": "attention.output.LayerNorm",
    "wide": "intermediate.dense",
    "narrow": "output.dense",
    "second": "output.LayerNorm",
}
_NAMES = {"pooler": "bert.pooler.dense", "classifier": "classifier"} | {
    f"blocks.{place}.{ours}": f"bert.encoder.layer.{layer}.{theirs}"
    for place, layer in enumerate(TOP)
    for ours, theirs in _PARTS.items()
}
"""The modules of `Top`, and what they are called in the file."""


class Block(nn.Module):
    """One layer of BERT."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(SIZE, SIZE) for _ in range(3))
        self.mixed, self.first = nn.Linear(SIZE, SIZE), nn.LayerNorm(SIZE, eps=1e-12)
        self.wide, self.narrow = nn.Linear(SIZE, INNER), nn.Linear(INNER, SIZE)
        self.second = nn.LayerNorm(SIZE, eps=1e-12)

    def forward(self, x: Tensor, mask: Tensor, wanted: int | None = None) -> Tensor:
        """Transform the first `wanted` states of each pair, or all.

        `x` has the shape `(batch, tokens, SIZE)`; `mask` is added to attention.
        """
        at = x[:, :wanted]
        q, k, v = _heads(self.query(at)), _heads(self.key(x)), _heads(self.value(x))
        seen = nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        at = self.first(at + self.mixed(seen.transpose(1, 2).reshape(at.shape)))
        return self.second(at + self.narrow(nn.functional.gelu(self.wide(at))))


def _heads(x: Tensor) -> Tensor:
    return x.view(*x.shape[:2], HEADS, SIZE // HEADS).transpose(1, 2)


class Top(nn.Module):
    """The top layers, the pooler and the score of the reader in an ONNX file."""

    def __init__(self, path: Path, trained: Path | None = None) -> None:
        """Take the weights of the file, or those of `Top.arrays` that were saved in `trained`."""
        super().__init__()
        self.blocks = nn.ModuleList(Block() for _ in TOP)
        self.pooler, self.classifier = nn.Linear(SIZE, SIZE), nn.Linear(SIZE, 1)
        self._file = _File(path, trained)
        self.load_state_dict({key: self._file.floats(*_named(key)) for key in self.state_dict()})

    def forward(self, x: Tensor, attention: Tensor) -> Tensor:
        """Score pairs by their lower states `(batch, tokens, SIZE)`. Shape `(batch,)`."""
        mask = (1.0 - attention[:, None, None, :]) * -10_000.0
        *lower, last = self.blocks
        for block in lower:
            x = block(x, mask)
        x = last(x, mask, wanted=1)  # only the first token is scored
        return self.classifier(torch.tanh(self.pooler(x[:, 0])))[:, 0]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The weights as the file has them, int8 matrices with their scales, by its names."""
        found: dict[str, NDArray[Any]] = {}
        for key, value in self.state_dict().items():
            found |= self._file.arrays(*_named(key), value.numpy())
        return found


def _named(key: str) -> tuple[str, str]:
    module, _, tail = key.rpartition(".")
    return _NAMES[module], tail


class _File:
    """The weights in a dynamically quantised ONNX file."""

    def __init__(self, path: Path, trained: Path | None) -> None:
        graph = onnx.load(path).graph
        self._raw = {i.name: numpy_helper.to_array(i) for i in graph.initializer}
        self._raw |= dict(np.load(trained)) if trained else {}
        self._matrices = {
            node.name.split("/MatMul")[0]
            .split("/Gemm")[0]
            .strip("/")
            .replace("/", "."): node.input[1]
            for node in graph.node
            if node.op_type == "MatMulInteger"
        }

    def floats(self, module: str, tail: str) -> Tensor:
        """The weight or bias of a module; matrices as PyTorch has them, transposed."""
        if (name := f"{module}.{tail}") in self._raw:
            return torch.tensor(self._raw[name])
        name = self._matrices[module]
        matrix = self._raw[name].astype(np.float32) * self._raw[_scale(name)]
        return torch.tensor(matrix.T.copy())

    def arrays(self, module: str, tail: str, value: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """What takes the place of a module's weight or bias, by name."""
        if (name := f"{module}.{tail}") in self._raw:
            return {name: value.astype(np.float32)}
        name = self._matrices[module]
        scale = np.asarray(np.abs(value).max() / 127, dtype=np.float32)
        whole = np.ascontiguousarray(np.rint(value.T / scale).astype(np.int8))
        return {name: whole, _scale(name): scale}


def _scale(name: str) -> str:
    return f"{name.removesuffix('_quantized')}_scale"


def cut(path: Path, out: Path) -> None:
    """Write the ONNX file's layers below the top ones, which give the states they are fed."""
    model = onnx.load(path)
    last = f"/bert/encoder/layer.{TOP[0] - 1}/output/LayerNorm/Add_1"
    [node] = [node for node in model.graph.node if node.name == last]
    del model.graph.output[:]
    states = onnx.helper.make_tensor_value_info(
        node.output[0], onnx.TensorProto.FLOAT, ["batch", "tokens", SIZE]
    )
    model.graph.output.append(states)
    onnx.save(model, out)
