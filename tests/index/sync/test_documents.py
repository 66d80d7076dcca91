"""LlamaIndex readers as sources of articles: synced, and kept where they fail."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from llama_index.core import Document
from llama_index.core.readers.base import BaseReader

from bot.config import Config, load_config
from bot.factory import articles_roots, fetch_addresses, index_articles, open_collection
from bot.llamaindex import save_documents
from index.errors import ArticlesError, StoreError, UsageError
from index.paths import dump_of, remembered_roots
from index.sync.report import SyncReport

HERE = f"llamaindex:{__name__}"
SECRET = "a-token-of-sixteen"
GIVEN: list[Any] = []


class Notes(BaseReader):  # type: ignore[misc]
    """Gives what the test says, or raises it."""

    def __init__(self, notes_token: str = "") -> None:
        self._token = notes_token

    def load_data(self, folder: str = "all") -> list[Document]:
        print("Loading", folder)
        if isinstance(GIVEN[0], Exception):
            raise GIVEN[0]
        return [d for d in GIVEN if folder in ("all", d.metadata.get("folder"))]


class NoList(BaseReader):  # type: ignore[misc]
    """Gives something else than documents."""

    def load_data(self, **_: Any) -> Any:
        return None


def note(name: str, text: str, **known: Any) -> Document:
    return Document(text=text, id_=name, metadata=known)


def config(tmp_path: Path, name: str = "Notes", **options: Any) -> Config:
    return Config(articles=(f"{HERE}.{name}",), store=tmp_path / "store", reader_options=options)


def index(config: Config, *given: Any) -> SyncReport:
    GIVEN[:] = given
    return index_articles(config, lambda _: None)


def counts(report: SyncReport) -> tuple[int, int, int]:
    return report.added, report.changed, report.removed


def sources(config: Config) -> dict[str, str]:
    """The articles of the index and their states."""
    with open_collection(config) as store:
        return {row.source: row.state for row in store.catalogue()}


def test_a_reader_is_synced_like_a_feed(tmp_path: Path) -> None:
    settings = config(tmp_path)
    a, b = note("a", "The ferry sails at nine."), note("b", "The mill burned.", date="2024-05-01")
    assert counts(index(settings, a, b)) == (2, 0, 0)
    assert counts(index(settings, a, b)) == (0, 0, 0)
    ten = "The ferry sails at ten."
    assert counts(index(settings, note("a", ten), note("c", "A bell rang."))) == (1, 1, 1)
    assert sources(settings) == {"a": "current", "c": "current"}
    index(settings, note("a", ten), note("d", ten))
    assert sources(settings) == {"a": "current", "d": "duplicate"}


def test_days_and_authors_of_the_metadata_are_kept(tmp_path: Path) -> None:
    settings = config(tmp_path)
    index(settings, note("b", "The mill burned.", date="2024-05-01", author="Ida Lund"))
    with open_collection(settings) as store:
        article = store.article("b")
        assert article
        assert (str(article.published), article.author) == ("2024-05-01", "Ida Lund")


def test_what_was_read_before_is_kept_where_a_reader_fails(tmp_path: Path) -> None:
    settings = config(tmp_path, notes_token=SECRET)
    index(settings, note("a", "The ferry sails."), note("b", "The mill burned."))
    report = index(settings, RuntimeError(f"{SECRET}\nis no token"))
    [problem] = report.problems
    assert "RuntimeError: … is no token); what was read before is kept" in problem.reason
    assert sources(settings) == {"a": "current", "b": "current"}
    assert len(index(settings, RuntimeError("away")).problems) == 1  # not one more each time
    well = index(settings, note("a", "The ferry sails."), note("b", "The mill burned."))
    assert well.problems == ()


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("Notes", {}, "Notes fails (ValueError: no network)"),
        ("NoList", {}, "NoList fails (TypeError: "),
        ("Nothing", {}, "install its integration"),
        ("GIVEN", {}, "is no class"),
        ("Notes", {"other": 1}, "cannot be made with its options (TypeError)"),
        ("Notes", {"load_data": 1}, "DATELINE_ARTICLES_OPTIONS: load_data takes a JSON object"),
        ("Notes", {"load_data": {"folder": "none"}}, "Notes gave no documents"),
        ("Notes", {"load_data": {"other": "none"}}, "Notes fails (TypeError: "),
    ],
)
def test_a_reader_that_never_worked_is_one_clear_line(
    tmp_path: Path, name: str, options: dict[str, Any], words: str
) -> None:
    GIVEN[:] = (
        [note("a", "x", folder="b")] if "folder" in str(options) else [ValueError("no network")]
    )
    with pytest.raises((ArticlesError, UsageError)) as caught:
        fetch_addresses(config(tmp_path, name, **options))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "store").exists()


def test_a_class_that_is_no_reader_is_refused(tmp_path: Path) -> None:
    settings = Config(articles=("llamaindex:pathlib.Path",), store=tmp_path)
    with pytest.raises(UsageError, match=r"pathlib\.Path is no llama_index"):
        fetch_addresses(settings)


def test_questions_do_not_ask_the_reader_again(tmp_path: Path) -> None:
    settings = config(tmp_path)
    index(settings, note("a", "The ferry sails."))
    GIVEN[:] = [RuntimeError("asked")]
    fetch_addresses(settings, only_new=True)
    assert remembered_roots(tmp_path / "store") == settings.articles


def test_options_are_for_the_method_or_for_one_of_several_readers(tmp_path: Path) -> None:
    options: dict[str, Any] = {f"{__name__}.Notes": {"load_data": {"folder": "x"}}}
    settings = config(tmp_path, **options)
    index(settings, note("a", "The ferry sails.", folder="x"), note("b", "It burned.", folder="y"))
    assert sources(settings) == {"a": "current"}


def test_other_options_are_other_articles_and_another_token_is_not(tmp_path: Path) -> None:
    name = f"{HERE}.Notes"
    plain, other = dump_of(tmp_path, name), dump_of(tmp_path, name, {"folder": "x"})
    assert plain != other
    assert dump_of(tmp_path, name, {"notes_token": "1"}) == plain
    assert "test-documents-notes-" in plain.name


def test_what_a_reader_prints_is_no_result(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index(config(tmp_path), note("a", "The ferry sails."))
    printed = capsys.readouterr()
    assert (printed.out, "Loading all" in printed.err) == ("", True)


def test_a_store_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("a file")
    GIVEN[:] = [note("a", "The ferry sails.")]
    with pytest.raises(StoreError, match="cannot write "):
        fetch_addresses(config(tmp_path))


def test_a_folder_is_read_by_a_reader_of_llamaindex(tmp_path: Path) -> None:
    (tmp_path / "news" / "sub").mkdir(parents=True)
    (tmp_path / "news" / "a.txt").write_text("Ferry returns\n\nThe ferry sails again.")
    (tmp_path / "news" / "sub" / "b.md").write_text("# Mill\n\nThe mill burned.")
    settings = Config(
        articles=("llamaindex:llama_index.core.SimpleDirectoryReader",),
        store=tmp_path / "store",
        reader_options={"input_dir": str(tmp_path / "news"), "recursive": True},
    )
    index_articles(settings, lambda _: None)
    assert [*sources(settings)] == ["a.txt", "sub/b.md"]
    (tmp_path / "news" / "a.txt").unlink()
    assert counts(index_articles(settings, lambda _: None)) == (0, 0, 1)
    (tmp_path / "news").rename(tmp_path / "away")  # which this reader says when it is made
    [problem] = index_articles(settings, lambda _: None).problems
    assert "cannot be made with its options" in problem.reason
    assert [*sources(settings)] == ["sub/b.md"]


@pytest.mark.parametrize("key", ["DATELINE_ARTICLES_OPTIONS", "READER_OPTIONS"])
def test_readers_and_their_options_are_settings(key: str) -> None:
    written = f"~/news:{HERE}.Notes:https://a.example/feed: llamaindex:a.B"
    options = '{"t_token": "s", "n": 1}'
    settings = load_config({}, {"DATELINE_ARTICLES": written, key: options}, None)
    assert settings.articles[1:] == (f"{HERE}.Notes", "https://a.example/feed", "llamaindex:a.B")
    assert settings.reader_options == {"t_token": "s", "n": 1}
    assert settings.secrets == ("s",)
    assert "t_token" not in repr(settings)
    with pytest.raises(UsageError, match=f"{key}: what it is set to will not do"):
        load_config({}, {key: "[]"}, None)


def test_documents_are_saved_as_a_dump_that_is_synced(tmp_path: Path) -> None:
    dump = save_documents(
        [note("a", "The ferry sails."), note("b", "It burned.")], tmp_path / "d.jsonl"
    )
    settings = Config(articles=(dump,), store=tmp_path / "store")
    assert counts(index(settings)) == (2, 0, 0)
    before = dump.stat()
    save_documents([note("a", "The ferry sails."), note("b", "It burned.")], dump)
    assert dump.stat() == before
    save_documents([note("a", "The ferry sails at ten."), note("b", "It burned.")], dump)
    assert counts(index(settings)) == (0, 1, 0)
    assert articles_roots(settings) == (dump,)
    with pytest.raises(UsageError, match=r"ends in \.jsonl"):
        save_documents([], tmp_path / "d.txt")


def test_llamaindex_is_not_loaded_before_a_reader_runs() -> None:
    modules = "sys, bot.factory, index.sync.documents, index.readers.documents"
    code = f"import {modules}; print('llama_index' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
