"""Rows of tables and dumps under the names, and in the forms, that people give them."""

import json
from datetime import date

import pytest

from index.article import Article
from index.readers import Problem
from index.readers.fields import readable
from tests.index.readers.conftest import Read

DAY = date(2024, 10, 24)


@pytest.mark.parametrize(
    "table",
    [
        "sep=;\ntitle;text;date\nFerry;It sails.;24.10.2024\n",
        "\n\ntitle,text,date\nFerry,It sails.,2024-10-24\n",
        "# made by the desk, in haste\ntitle\ttext\tdate\nFerry\tIt sails.\t10/24/2024\n",
        "Titel;Text;Datum\nFerry;It sails.;24. Oktober 2024\n",
        "Titre;Contenu;Publié le\nFerry;It sails.;24 octobre 2024\n",
        "Título;Contenido;Fecha\nFerry;It sails.;24 de octubre de 2024\n",
        "Headline,Article Body,Updated At\nFerry,It sails.,1729785600\n",
        "title,text,url\nFerry,It sails.,https://a.example/2024/10/24/ferry\n",
        "title,text,published,modified\nFerry,It sails.,2024-10-24,2024-11-30\n",
    ],
)
@pytest.mark.parametrize("name", ["a.csv", "a.tsv"])
def test_a_table_comes_as_people_write_it(read: Read, table: str, name: str) -> None:
    [article] = read(name, table)
    assert isinstance(article, Article)
    assert (article.title, article.text, article.published) == ("Ferry", "It sails.", DAY)


@pytest.mark.parametrize(
    "row",
    [
        {"headline": "Ferry", "articleBody": "It sails.", "datePublished": "2024-10-24T08:00Z"},
        {"title": "Ferry", "content_html": "<p>It sails.</p>", "pubDate": "24 Oct 24 10:00 GMT"},
        {"title": "Ferry", "text": "", "body": "It sails.", "timestamp": 1729785600000},
        {"title": "Ferry", "content": {"x": 1}, "maintext": "It sails.", "date": 20241024},
    ],
)
def test_a_dump_comes_as_people_write_it(read: Read, row: dict[str, object]) -> None:
    [article] = read("a.jsonl", json.dumps(row | {"permalink": "https://a.example/1"}))
    assert article == Article(
        "https://a.example/1", "Ferry", "It sails.", DAY, "https://a.example/1"
    )


def test_a_list_of_articles_in_json_is_read(read: Read) -> None:
    rows = [{"title": "Ferry", "text": "It sails.", "date": "2024-10-24"}, {"title": "None"}]
    for whole in (rows, {"status": "ok", "articles": rows}):
        article, problem = read("a.json", json.dumps(whole))
        assert article == Article("a.json#1", "Ferry", "It sails.", DAY)
        assert isinstance(problem, Problem)


def test_a_day_that_is_yet_to_come_is_not_believed(read: Read) -> None:
    row = {"id": "a", "title": "Ferry", "text": "It sails.", "published": "2199-01-01"}
    article, doubt = read("a.jsonl", json.dumps(row))
    assert article == Article("a", "Ferry", "It sails.")
    why = "a: is dated 2199-01-01, which is yet to come; taken as undated"
    assert doubt == Problem("a.jsonl", why, doubtful=True)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("<p>The <b>owl</b> nests &amp; breeds.</p><p>It has\nchicks.</p>", "2"),
        ("Owls<br>and swans<script>track()</script>", "Owls\nand swans"),
        ("<h2>Owls</h2>They nest.<ul><li>One<li>Two</ul>", "Owls\n\nThey nest.\n\nOne\n\nTwo"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a | b"),
        ("Owls &amp; swans", "Owls & swans"),
        ("Owls &amp;amp; swans", "Owls & swans"),
        ("&lt;p&gt;Owls &lt;b&gt;nest&lt;/b&gt;.&lt;/p&gt;", "Owls nest."),
        ("&amp;lt;div&amp;gt;Owls nest.&amp;lt;/div&amp;gt;", "Owls nest."),
        ("Put &lt;b&gt; around it", "Put <b> around it"),
        ("<!-- wp:paragraph -->\n<p>Owls.</p>\n<!-- /wp:paragraph -->", "Owls."),
        (
            '<em>Owls</em> nest.\n\n<h2>Why</h2>\n[gallery ids="1"]\nFood.',
            "Owls nest.\n\nWhy\n\nFood.",
        ),
        ("<![CDATA[<p>Owls.</p>]]>", "Owls."),
        ("Owls.\r\nSwans.", "Owls.\nSwans."),
        ("One.\\nTwo.", "One.\nTwo."),
        ("a < b > c & d", "a < b > c & d"),
        ("C:\\new\\notes", "C:\\new\\notes"),
        ("Write to <ada@a.example>", "Write to <ada@a.example>"),
    ],
)
def test_markup_in_a_cell_is_no_text(written: str, text: str) -> None:
    text = "The owl nests & breeds.\n\nIt has chicks." if text == "2" else text
    assert readable(written) == text


def test_what_was_read_before_is_left_as_it_was(read: Read) -> None:
    text = "It said: <b>&amp;</b>\\n"
    [article] = read("a.jsonl", json.dumps({"id": "a", "text": text, "places": []}))
    assert isinstance(article, Article)
    assert article.text == text
