"""Dialogs about cookies are no articles, and articles about cookies are."""

from pathlib import Path

import pytest

from index.article import Article
from index.readers import Problem, read_file
from tests.standins.documents import PAGE

ASKS = (
    "<h2>We value your privacy</h2><p>We and our 300 partners store information on a device, such "
    "as cookies, and process personal data for personalised ads. You can withdraw your consent "
    "at any time in our privacy policy.</p><button>Accept all</button>"
)
NEWS = (
    "<article><h1>Shop fined</h1><p>The county has fined a shop for the cookies on its site, which "
    "were set before anybody gave consent to them.</p><p>Its privacy policy named 300 partners, "
    "and none of them had asked for personal data, the county wrote.</p></article>"
)


def read(folder: Path, page: str) -> Article | Problem:
    path = folder / "a.html"
    path.write_text(page)
    [found] = read_file(path, "a.html")
    return found


@pytest.mark.parametrize(
    "box",
    [
        '<div id="consent">{}</div>',
        '<div role="dialog">{}</div>',
        '<section class="cookie-box">{}</section>',
    ],
)
def test_a_dialog_is_left_out(tmp_path: Path, box: str) -> None:
    plain = read(tmp_path, PAGE)
    assert read(tmp_path, PAGE.replace("<nav>", f"{box.format(ASKS)}<nav>")) == plain


@pytest.mark.parametrize("box", ["<div id='consent'>{}</div>", "<main>{}</main>"])
def test_a_page_that_only_asks_is_a_problem(tmp_path: Path, box: str) -> None:
    found = read(tmp_path, f"<html><title>Ferry</title><body>{box.format(ASKS)}</body></html>")
    assert isinstance(found, Problem)
    assert found.reason.startswith("only asks for consent to cookies")


def test_news_of_cookies_are_read(tmp_path: Path) -> None:
    found = read(tmp_path, f"<html><body class='consent-given'>{NEWS}</body></html>")
    assert isinstance(found, Article)
    assert "300 partners" in found.text


@pytest.mark.parametrize("tag", ["aside", "form", "footer"])
def test_an_article_is_read_in_whatever_box(tmp_path: Path, tag: str) -> None:
    boxed = PAGE.replace("<article>", f"<{tag}><article>").replace(
        "</article>", f"</article></{tag}>"
    )
    found = read(tmp_path, boxed)
    assert isinstance(found, Article)
    assert "broke down in July" in found.text
