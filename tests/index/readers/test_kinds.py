"""Every kind of file, made as people make it and read as they would have it."""

import json
import re
from datetime import date

import pytest
from fpdf import FPDF

from index.article import Article
from index.readers import Problem
from tests.index.readers.conftest import Read
from tests.standins.documents import ATOM, BOOK, PAGE, RSS, archive, pdf, word

SAILS = (
    "The ferry to the island sails again after a break of three months, the harbour office said "
    "on Thursday."
)
LONG = f"{SAILS} It carries ninety cars and four hundred people, and it is the only way to get"


def labels(article: Article) -> dict[str, str]:
    """What stands at every place that has a name."""
    return {p.label: article.text[p.start : p.end].strip() for p in article.places}


def one(found: list[Article | Problem]) -> Article:
    [article] = found
    assert isinstance(article, Article), article
    return article


def reason(found: list[Article | Problem]) -> str:
    [problem] = found
    assert isinstance(problem, Problem), problem
    return problem.reason


def test_a_page_is_its_article_and_nothing_else(read: Read) -> None:
    article = one(read("a.html", PAGE))
    facts = (article.title, article.author, article.url, article.published)
    assert facts == (
        *("Ferry returns", "Ada Byron", "https://example.org/ferry"),
        date(2024, 10, 24),
    )
    assert article.text == (
        f"{SAILS} It carries ninety cars.\n\nBackground\n\n"
        "The old ferry broke down in July, when its engine caught fire.\n\nNobody was hurt.\n\n"
        "The crossing takes forty minutes.\n\nDay | Sailings\n\nMonday | 12"
    )
    assert list(labels(article)) == ["§ Background"]
    assert article.place_at(article.text.index("forty")) == "§ Background"
    assert article.place_at(0) is None


PUBLISHED = '<meta property="article:published_time" content="2024-10-24T08:00:00Z">'


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ('<meta itemprop="datePublished" content="2024-10-24">', ""),
        ('<script type="application/ld+json">{"datePublished": "2024-10-24T08:00"}</script>', ""),
        ("", '<time datetime="2024-10-24" pubdate>Thursday</time>'),
        ("", "<p>Published: 24 October 2024</p>"),
    ],
)
def test_a_page_says_its_day_in_many_ways(read: Read, head: str, body: str) -> None:
    page = PAGE.replace(PUBLISHED, head).replace("<article>", f"<article>{body}")
    assert one(read("a.html", page)).published == date(2024, 10, 24)


def test_other_days_are_not_a_page_s_own(read: Read) -> None:
    page = PAGE.replace(PUBLISHED, "").replace("in July", "on 3 July 2024, see /2024/07/03/fire")
    assert one(read("a.html", page)).published is None


def test_a_page_is_not_called_by_a_box_in_it(read: Read) -> None:
    box = "<h1>Keyboard shortcuts</h1>"
    page = PAGE.replace("<nav>", f"{box}<nav>").replace("<h1>Ferry returns</h1>", "")
    assert one(read("a.html", page)).title == "Ferry returns"


def test_a_home_page_is_not_the_address_of_an_article(read: Read) -> None:
    page = PAGE.replace("https://example.org/ferry", "https://example.org/")
    assert one(read("a.html", page)).url is None


@pytest.mark.parametrize("charset", ["utf-8", "windows-1252", "utf-16"])
def test_a_page_is_read_in_its_encoding(read: Read, charset: str) -> None:
    page = PAGE.replace("<head>", f'<head><meta charset="{charset}">')
    article = one(read("a.htm", page.replace("ferry to", "bâteau “Zoé” to").encode(charset)))
    assert article.text.startswith("The bâteau “Zoé” to the island")


@pytest.mark.parametrize("page", ["", " \n", "<html></html>", "<script>alert(1)</script>", "<!--"])
def test_a_page_without_text_is_a_problem(read: Read, page: str) -> None:
    assert reason(read("a.html", page)) == "holds no article; save the page with its text"


def test_a_pdf_goes_on_over_its_pages(read: Read) -> None:
    pages = [f"Ferry returns\n\n{LONG}", "to the island.\n\nIt sails daily.", "The end."]
    article = one(read("a.pdf", pdf(pages, "Report on the ferry")))
    assert article.title == "Report on the ferry"
    assert article.text == f"Ferry returns\n\n{LONG} to the island.\n\nIt sails daily.\n\nThe end."
    assert labels(article) == {
        "page 1": f"Ferry returns\n\n{LONG}",
        "page 2": "to the island.\n\nIt sails daily.",
        "page 3": "The end.",
    }


def test_a_pdf_without_a_title_is_called_by_its_first_line(read: Read) -> None:
    text = f"Published: 24 October 2024\n\n{SAILS}"
    article = one(read("a.pdf", pdf([text], title="Microsoft Word - ferry.doc")))
    assert (article.title, article.published) == ("The Harbour Post", date(2024, 10, 24))


def test_pictures_in_a_pdf_are_reported(read: Read) -> None:
    assert reason(read("a.pdf", pdf(["", ""], picture=True))) == (
        "holds no text, only pictures; have its text recognised (OCR) first"
    )
    scanned = pdf(["", ""], picture=True)
    assert reason(read("a.pdf", scanned[: len(scanned) // 2])) == "not a whole PDF"


def test_a_locked_pdf_is_reported(read: Read) -> None:
    locked = pdf([SAILS], password="secret")
    assert reason(read("a.pdf", locked)) == "protected by a password; save it without one"


def test_word_files_have_headings_tables_and_an_author(read: Read) -> None:
    paragraphs = ["Bridge closed", "Published: 24 October 2024", "# Why", "Cables had rusted."]
    article = one(read("a.docx", word(paragraphs, author="Ada")))
    assert (article.title, article.author) == ("Bridge closed", "Ada")
    assert (
        article.text == "Published: 24 October 2024\n\nWhy\n\nCables had rusted.\n\nCable | rusted"
    )
    assert article.published == date(2024, 10, 24)
    assert labels(article) == {"§ Why": "Why\n\nCables had rusted.\n\nCable | rusted"}
    assert one(read("a.docx", word(paragraphs, title="The bridge"))).title == "The bridge"


def test_an_epub_is_read_in_its_order(read: Read) -> None:
    article = one(read("a.epub", archive(BOOK)))
    assert article.text == "Spring\n\nThe sea was calm & grey.\n\nWinter\n\nIce lay on it."
    facts = (article.title, article.author, article.published)
    assert facts == ("The Year at Sea", "Ada, Bo", date(2023, 5, 4))
    assert list(labels(article)) == ["§ Spring", "§ Winter"]
    locked = archive(BOOK | {"META-INF/rights.xml": "<rights/>"})
    assert reason(read("b.epub", locked)).startswith("protected against copying")


def test_rss_entries_are_articles(read: Read) -> None:
    ferry, teaser, passwd = read("a.xml", RSS)
    assert isinstance(ferry, Article)
    facts = (ferry.source, ferry.title, ferry.url, ferry.author, ferry.published)
    url = "https://example.org/ferry"
    assert facts == (url, "Ferry & sea", url, "Ada", date(2024, 10, 24))
    assert ferry.text == "The ferry sails again.\n\nPrices\n\nFive euros."
    assert list(labels(ferry)) == ["§ Prices"]
    assert isinstance(teaser, Problem)
    assert teaser.source == "https://example.org/teaser"
    assert isinstance(passwd, Article)
    assert (passwd.source, passwd.url, passwd.title) == (
        *("../../etc/passwd", None),
        "A text without an address.",
    )


def test_atom_entries_are_articles(read: Read) -> None:
    article = one(read("a.atom", ATOM))
    assert (article.source, article.title) == ("https://example.org/ferry", "The ferry")
    assert (article.text, article.author) == ("The ferry sails again.", "Ada")


def test_json_feed_entries_are_articles(read: Read) -> None:
    items = [
        {"id": 1, "url": "https://example.org/1", "content_html": "<p>One.</p>", "title": "T"}
        | {"authors": [{"name": "Ada"}, {"name": "Bo"}], "date_published": "2024-10-24"},
        {"id": 2, "content_text": "One.\n\nTwo.", "author": {"name": "Cy"}},
        "no entry",
        {"title": "No text"},
    ]
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": items}
    first, second, *problems = read("a.json", json.dumps(feed))
    url = "https://example.org/1"
    assert first == Article(url, "T", "One.", date(2024, 10, 24), url, "Ada, Bo", entry="1")
    assert second == Article("2", "One. Two.", "One.\n\nTwo.", author="Cy")
    assert [p.source for p in problems] == ["a.json", "a.json#4"]


@pytest.mark.parametrize(
    "data", ["{}", '{"version": 1, "items": []}', "<html/>", "", "text", "[1]"]
)
def test_what_is_no_feed_is_a_problem(read: Read, data: str) -> None:
    assert reason(read("a.json", data)) == "holds no feed; RSS, Atom and JSON Feed are read"


def test_a_torn_feed_gives_what_it_holds(read: Read) -> None:
    *articles, torn = read("a.rss", RSS[: RSS.index("<item><guid>") + 30])
    assert [a.source for a in articles[:1]] == ["https://example.org/ferry"]
    assert torn == Problem("a.rss", "broken XML; what could be read of it was", incomplete=True)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_rows_of_a_table_are_articles(read: Read, delimiter: str) -> None:
    rows = [
        ["Publish Date", "Headline", "Article Text", "content", "Link", "Byline"],
        ["2024-10-24", "T", "ignored", '"A ""long"" text,\nof two lines."', "http://a/1", "Ada"],
        ["", "", "", "", "", ""],
        ["", "No text", "", "", "", ""],
        ["", "No address", "", "Text.", "", ""],
        ["short"],
    ]
    table = "\ufeff" + "\r\n".join(delimiter.join(row) for row in rows)
    first, none, last, short = read("a.csv", table)
    text = 'A "long" text,\nof two lines.'
    assert first == Article("http://a/1", "T", text, date(2024, 10, 24), "http://a/1", "Ada")
    assert none == Problem("a.csv", "has no text", 5)
    assert last == Article("a.csv#4", "No address", "Text.")
    assert short == Problem("a.csv", "has no text", 7)


def test_a_table_without_texts_is_a_problem(read: Read) -> None:
    assert reason(read("a.csv", "a,b\n1,2\n")).startswith("has no column of texts; call it text")
    assert reason(read("a.csv", "")).startswith("has no column of texts")


def drawn(pages: list[list[tuple[int, int, str]]], rotate: int = 0) -> bytes:
    """A PDF whose lines are drawn at places, in this order."""
    paper = FPDF(unit="pt", format=(595, 842))
    paper.set_font("helvetica", size=10)
    for lines in pages:
        paper.add_page()
        for x, height, text in lines:
            paper.text(x, 842 - height, text)
    made = bytes(paper.output())
    return made.replace(b"/MediaBox", f"/Rotate {rotate} /MediaBox".encode()) if rotate else made


LEFT = [
    "The anchor of a long-lost",
    "ship was found on Sun-",
    "day by four divers from",
    "the town on the coast.",
]
RIGHT = [
    "The museum will show it",
    "from June, said its head,",
    "and pupils and all stu-",
    "dents may come for free.",
]
HELD = (
    "The anchor of a long-lost ship was found on Sunday by four divers from the town on the coast."
)


def test_heads_and_feet_of_pages_are_left_out(read: Read) -> None:
    pages = [
        [(50, 815, "The Harbour Post, 24 May 2024"), (50, 30, f"Page {n + 1} of 3")]
        + [
            (50, 700 - 14 * row, line)
            for row, line in enumerate(LEFT[2 * n - 2 : 2 * n] if n else ["Found!"])
        ]
        for n in range(3)
    ]
    article = one(read("a.pdf", drawn(pages)))
    assert article.text == f"Found!\n\n{HELD}"
    assert [place.label for place in article.places] == ["page 1", "page 2", "page 3"]
    assert (
        article.text[slice(*article.places[2][:2])]
        == "day by four divers from the town on the coast."
    )


def test_left_and_right_pages_have_their_own_heads(read: Read) -> None:
    heads = ["24 May 2024 1", "2 The Harbour Post", "24 May 2024 3"]
    pages = [
        [(50, 815, head), (50, 30, f"- {n + 1} -"), (50, 700, lines[0]), (50, 686, lines[1])]
        for n, (head, lines) in enumerate(zip(heads, [LEFT[:2], LEFT[2:], RIGHT[:2]], strict=True))
    ]
    text = one(read("a.pdf", drawn(pages))).text
    assert text.startswith(HELD)
    assert "Post" not in text
    assert "2024" not in text


def test_a_range_that_is_broken_at_the_end_of_a_line_is_whole(read: Read) -> None:
    lines = [
        "The anchor was lost in the winter of 2023-",
        "2024, said the head of the museum here.",
    ]
    page = [(50, 700 - 14 * row, line) for row, line in enumerate(lines)]
    assert one(read("a.pdf", drawn([page]))).text == "".join(lines)


@pytest.mark.parametrize(
    ("tab", "title"),
    [
        ("Ferry: what we know - THE POST", "Ferry: what we know"),
        ("The Post | Ferry returns", "Ferry returns"),
        ("Ferry returns – at last | Harbour Daily", "Ferry returns – at last"),
        ("Ferry returns - a day late", "Ferry returns - a day late"),
        ("Untitled Document", "a"),
    ],
)
def test_a_title_has_no_name_of_its_site(read: Read, tab: str, title: str) -> None:
    said = f"<title>{tab}</title><meta property='og:site_name' content='The Post'>"
    page = re.sub("<title>.*</title>", said, PAGE).replace("<h1>Ferry returns</h1>", "")
    assert one(read("a.html", page)).title == title


def test_a_page_may_name_an_address_that_is_none(read: Read) -> None:
    page = PAGE.replace("<title>", "<link rel='canonical' href='http://[post'><title>")
    assert page != PAGE
    assert one(read("a.html", page)).text == one(read("b.html", PAGE)).text


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_columns_are_read_one_after_the_other(read: Read, rotate: int) -> None:
    rows = [
        line
        for row in range(4)
        for line in ((50, 700 - 14 * row, LEFT[row]), (320, 700 - 14 * row, RIGHT[row]))
    ]
    text = one(read("a.pdf", drawn([rows], rotate))).text
    assert text.startswith(HELD)
    assert text.endswith("said its head, and pupils and all students may come for free.")
