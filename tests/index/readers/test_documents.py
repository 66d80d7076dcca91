"""Documents of LlamaIndex as articles: their names, days, titles and pages."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from llama_index.core import Document
from llama_index.core.schema import ImageDocument

from index.article import Article
from index.readers import Problem, read_file
from index.readers.documents import rows_of
from index.readers.dump import article_of

PAGE = "1f7f6d1b-7a8c-4c5e-9d2f-0a1b2c3d4e5f"
TEXT = "The ferry sails again."


def article(text: str = TEXT, folders: tuple[str, ...] = (), **given: Any) -> Article:
    """The article that one document becomes; `id_` is its id, the rest its metadata."""
    own = {"id_": given.pop("id_")} if "id_" in given else {}
    [row] = rows_of([Document(text=text, metadata=given, **own)], folders)
    found = article_of(json.loads(json.dumps(row)), 1, "dump.jsonl")
    assert isinstance(found, Article)
    return found


def test_an_address_names_a_page() -> None:
    found = article(URL="https://coast.example/ferry", title="Ferry", id_="post-7")
    assert (found.source, found.url) == ("https://coast.example/ferry",) * 2
    assert (found.title, found.entry, found.text) == ("Ferry", "post-7", TEXT)
    assert article(source="https://coast.example/x").source == "https://coast.example/x"
    assert article(source="Reuters", id_="9").source == "9"


def test_an_id_of_its_source_names_an_article_and_a_random_one_does_not() -> None:
    assert article(id_=PAGE, page_id=PAGE).source == PAGE  # as Notion has it
    assert article(id_="C0123").source == "C0123"
    assert article(page_id=123).source == "123"
    assert article().source == article().source  # LlamaIndex gave each a random id
    assert article().source != article("It sails no more.").source


def test_a_file_is_named_by_its_path_in_the_folder_that_is_read(tmp_path: Path) -> None:
    path = str(tmp_path / "sub" / "ferry_returns.txt")
    found = article(file_path=path, folders=(str(tmp_path), "no folder"))
    assert found.source == "sub/ferry_returns.txt"
    assert article(file_path=path, id_=f"{path}_part_0").source == path
    long = "One sentence. " * 30
    assert article(long, file_path=path).title == "ferry returns"


@pytest.mark.parametrize(
    ("known", "day"),
    [
        ({"date": "2024-10-24"}, date(2024, 10, 24)),
        ({"published_at": datetime(2024, 10, 24, 9, 30)}, date(2024, 10, 24)),
        ({"Created Time": "2024-10-24T09:30:00.000Z"}, date(2024, 10, 24)),
        ({"ts": "1729762200.000100"}, date(2024, 10, 24)),
        ({"last_edited_time": "2024-10-24T09:30:00Z"}, date(2024, 10, 24)),
        ({"created_time": "2024-10-24", "last_edited_time": "2025-01-01"}, date(2024, 10, 24)),
        ({"date": "2024-10-24", "created_time": "2025-01-01"}, date(2024, 10, 24)),
        # When a file was written says nothing of its article.
        ({"creation_date": "2024-10-24", "last_modified_date": "2024-10-25"}, None),
        ({"date": "yesterday"}, None),
        ({}, None),
    ],
)
def test_the_day_is_that_of_the_metadata(known: dict[str, Any], day: date | None) -> None:
    assert article(**known).published == day


def test_else_the_day_is_the_one_at_the_top_of_the_text() -> None:
    found = article("Ferry returns\n\nPublished: 24 October 2024\n\nIt sails again.")
    assert (found.published, found.title) == (date(2024, 10, 24), "Ferry returns")


def test_titles_and_authors_go_by_many_names() -> None:
    assert article(page_title="Ferry").title == "Ferry"
    assert article("## Ferry returns\n\nIt sails.").title == "Ferry returns"
    assert article(subject="Ferry", file_path="/x/1.eml").title == "Ferry"
    assert article(authors=["Ida Lund", "Ove Berg"]).author == "Ida Lund, Ove Berg"
    assert article(user="ida").author == "ida"


def test_pages_of_a_file_are_one_article_that_has_places() -> None:
    pages = [
        Document(text=text, metadata={"file_path": "/x/report.pdf", "page_label": label})
        for label, text in (("i", "It sails daily."), ("1", "<p>Nobody was hurt.</p>"), ("2", " "))
    ]
    [row] = rows_of([*pages, Document(text=TEXT, metadata={"file_path": "/x/a.txt"})], ["/x"])[:1]
    found = article_of(row, 1, "dump.jsonl")
    assert isinstance(found, Article)
    assert found.source == "report.pdf"
    assert [(found.text[p.start : p.end], p.label) for p in found.places][:2] == [
        ("It sails daily.", "page i"),
        ("Nobody was hurt.", "page 1"),
    ]


def test_what_has_no_text_is_a_problem() -> None:
    [empty, picture] = rows_of([Document(text=" ", id_="1"), ImageDocument(image=b"")])
    assert article_of(empty, 1, "dump") == Problem("1", "has no text")
    assert isinstance(article_of(picture, 1, "dump"), Problem)
    [odd] = rows_of([object()])
    assert odd["problem"] == "has no text"


words = st.text(max_size=40)
metadata = st.dictionaries(
    st.sampled_from(["url", "source", "file_path", "page_label", "title", "date", "author", "id"]),
    st.one_of(
        st.none(), st.integers(), st.sampled_from(["https://a.example/1", "/x/a.txt"]), words
    ),
)
documents = st.lists(
    st.builds(lambda text, known: Document(text=text, metadata=known), words, metadata), max_size=8
)


@given(documents)
def test_nothing_with_text_is_lost_and_names_differ(given: list[Document]) -> None:
    rows = rows_of(given)
    found = [article_of(json.loads(json.dumps(row)), 1, "dump") for row in rows]
    keys = [(row.get("url"), row.get("id"), row.get("guid")) for row in rows]
    assert len({*keys}) == len(keys)
    for one in found:
        if isinstance(one, Article):
            assert all(0 <= p.start <= p.end <= len(one.text) for p in one.places)
    said = "".join("".join(f.text.split()) for f in found if isinstance(f, Article))
    for document in given:
        if document.text.strip() and document.text.isascii() and document.text.isalnum():
            assert document.text in said


def test_a_dump_of_documents_is_read_like_any_other(tmp_path: Path) -> None:
    dump = tmp_path / "d.jsonl"
    rows = rows_of([Document(text=TEXT, id_="a"), Document(text="\ud800 odd", id_="b")])
    dump.write_text("\n".join(map(json.dumps, rows)))
    first, second = read_file(dump, "d.jsonl")
    assert isinstance(first, Article) and isinstance(second, Article)
    assert second.text == "\ufffd odd"
