"""The reader: the model that ships, models of one's own, rerankers, and what goes wrong."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from llama_index.core.postprocessor import LongContextReorder, SimilarityPostprocessor

from bot.answer import Status
from bot.answerer import Answerer, Models
from bot.extraction import reader as reader_module
from bot.extraction.reader import (
    FITTED,
    TUNED,
    CrossEncoder,
    LlamaIndexReader,
    ReaderError,
    _as_logits,
    built_in_folder,
    built_in_reader,
    reader_named,
    weights_for,
)
from bot.extraction.weights import shipped_weights
from index.embedding.similarity import Words
from index.embedding.static import StaticEmbedder
from index.errors import UsageError
from index.store import Store
from tests.bot.extraction.reranker import ByLength

QUESTION = "How many cables were cracked?"
ANSWER = "Engineers found 14 cracked cables on Monday night."
OTHERS = [
    "The mayor asked drivers to use the ferry until May.",
    "Tickets for the lantern fair are sold at the harbour.",
]
BY_LENGTH = "tests.bot.extraction.reranker.ByLength"


def test_it_scores_the_sentence_that_answers_highest() -> None:
    reader = built_in_reader()
    scores = reader.scores(QUESTION, [OTHERS[0], ANSWER, OTHERS[1]])
    assert scores.argmax() == 1
    assert scores[1] > 0 > scores[2]


def test_a_score_hardly_depends_on_what_else_is_read() -> None:
    reader = built_in_reader()
    alone = reader.scores(QUESTION, [ANSWER])
    together = reader.scores(QUESTION, [OTHERS[0] * 5, ANSWER, *OTHERS])
    assert together[1] == pytest.approx(alone[0], abs=0.3)  # int8 rounds by the batch


def test_long_sentences_and_none_at_all_are_read() -> None:
    reader = built_in_reader()
    assert reader.scores(QUESTION, ["cable " * 2_000]).shape == (1,)
    assert reader.scores(QUESTION, []).shape == (0,)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return shutil.copytree(built_in_folder(), tmp_path / "model")


def test_a_copy_in_a_folder_reads_alike(copy: Path) -> None:
    shutil.copy(Path(reader_module.__file__).with_name(TUNED), copy)
    own = reader_named(str(copy))
    assert own
    texts = [ANSWER, *OTHERS]
    assert (
        own.scores(QUESTION, texts).tolist() == built_in_reader().scores(QUESTION, texts).tolist()
    )


def test_trained_layers_take_the_place_of_the_models_own(copy: Path) -> None:
    arrays: dict[str, Any] = {"classifier.bias": np.array([100], dtype=np.float32)}
    np.savez(copy / TUNED, **arrays)
    scores = CrossEncoder(copy).scores(QUESTION, [ANSWER, *OTHERS])
    untuned = built_in_reader().scores(QUESTION, [ANSWER, *OTHERS])
    assert scores.argmax() == untuned.argmax() == 0
    assert scores.min() > 80 > untuned.max()


def test_damaged_layers_are_noticed(copy: Path) -> None:
    (copy / TUNED).write_bytes(b"damage")
    with pytest.raises(ReaderError, match=rf"{TUNED} cannot be read; train it again or remove it"):
        CrossEncoder(copy).scores(QUESTION, [ANSWER])


def test_weights_in_its_folder_are_those_it_was_fitted_with(copy: Path) -> None:
    assert weights_for(reader_named(str(copy))) is shipped_weights()
    shipped = (Path(reader_module.__file__).parent / FITTED).read_text()
    written = json.loads(shipped) | {"threshold": 0.77}
    (copy / FITTED).write_text(json.dumps(written))
    assert weights_for(reader_named(str(copy))).threshold == 0.77
    for broken in ("{", "[]", "{}", json.dumps(written | {"sentence": {}})):
        (copy / FITTED).write_text(broken)
        with pytest.raises(UsageError, match=r"evals\.fit, or remove it"):
            weights_for(reader_named(str(copy)))


def test_none_is_none() -> None:
    assert reader_named("none") is None


@pytest.mark.parametrize("name", ["", "nowhere"])
def test_a_folder_without_a_model_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"holds no model\.onnx"):
        reader_named(str(tmp_path / name))


def test_a_damaged_file_is_noticed(tmp_path: Path) -> None:
    shutil.copytree(built_in_folder(), tmp_path / "model")
    with (tmp_path / "model" / "model.onnx").open("r+b") as opened:
        opened.seek(1_000)
        opened.write(b"damage")
    reader = CrossEncoder(tmp_path / "model", built_in_reader().sha256)
    with pytest.raises(ReaderError, match=r"model\.onnx is damaged"):
        reader.scores(QUESTION, [ANSWER])


def test_a_file_that_is_no_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"nothing of the sort")
    shutil.copy(built_in_folder() / "tokenizer.json", tmp_path)
    reader = reader_named(str(tmp_path))
    assert reader
    with pytest.raises(ReaderError, match="no model that onnxruntime can run"):
        reader.scores(QUESTION, [ANSWER])


def test_a_reranker_of_llamaindex_reads() -> None:
    reader = reader_named(f"llamaindex:{BY_LENGTH}")
    assert reader
    assert reader.name == "ByLength"
    assert reader.scores(QUESTION, ["a", "a longer one", "longer"]).argmax() == 1


def test_a_reranker_that_fails_is_a_reader_error() -> None:
    reader = reader_named("llamaindex:tests.bot.extraction.reranker.Broken")
    assert reader
    with pytest.raises(ReaderError, match="Broken failed"):
        reader.scores(QUESTION, ["a"])


def test_a_reranker_is_made_with_options_or_given() -> None:
    given = LlamaIndexReader(ByLength(top_n=1))
    assert given.name == "ByLength"
    assert given.scores(QUESTION, ["a", "a longer one"]).argmax() == 1
    with pytest.raises(UsageError, match="cannot be made with its options"):
        reader_named(f"llamaindex:{BY_LENGTH}", {"top_n": "some"})


def test_any_node_postprocessor_reads() -> None:
    # It turns the order round, here of sentences without scores.
    ordered = LlamaIndexReader(LongContextReorder()).scores(QUESTION, ["a", "b", "c"])
    assert len({*ordered.tolist()}) == 3
    cut = LlamaIndexReader(SimilarityPostprocessor(similarity_cutoff=0.9))
    with pytest.raises(ReaderError, match="it scored no sentence"):
        cut.scores(QUESTION, ["a", "b"])


@pytest.mark.parametrize(
    ("scores", "expected"),
    [([0.5, 0.5], [0.0, 0.0]), ([-3.0, 8.0], [-3.0, 8.0]), ([2.0, float("-inf")], [2.0, 2.0])],
)
def test_probabilities_become_logits(scores: list[float], expected: list[float]) -> None:
    assert _as_logits(scores).tolist() == pytest.approx(expected, abs=1e-5)


class Failing:
    """A reader that cannot read."""

    name = "failing"

    def scores(self, question: str, sentences: Any) -> Any:
        """Fail."""
        raise ReaderError("it is out of order")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("articles")
    (folder / "bridge.txt").write_text(
        "Storm closes the Harrow bridge\n\nA storm closed the Harrow bridge on Monday night. "
        "Engineers found 14 cracked cables.\n",
        encoding="utf-8",
    )
    with Store.open(folder / "store", StaticEmbedder()) as opened:
        opened.sync([folder / "bridge.txt"])
        yield opened


async def test_where_it_fails_the_answer_says_so(store: Store) -> None:
    models = Models(Words(StaticEmbedder()), Failing())
    answer = await Answerer(store, models=models, threshold=0.0).ask(
        "What closed the Harrow bridge?"
    )
    assert answer.status is Status.ANSWERED
    assert answer.notes == ("The sentences were chosen without the reader (it is out of order).",)
