"""Which of the days in a web page is its article's; none where that cannot be told."""

import json
from datetime import date

import pytest

from index.readers.markup import tree_of
from index.readers.page_date import modified, published

DAY = date(2024, 10, 24)
OWN = {"@type": "NewsArticle", "headline": "Bell falls", "datePublished": "2024-10-24T08:00:00Z"}
OTHER = {"@type": "NewsArticle", "headline": "Old bridge", "datePublished": "2019-01-05"}
TEXT = "<h1>Bell falls</h1><p>The bell fell into the nave, and nobody was hurt at all.</p>"


def page(*data: object, body: str = TEXT, head: str = "") -> object:
    scripts = (f'<script type="application/ld+json">{json.dumps(d)}</script>' for d in data)
    html = f"<html><head><title>Bell falls</title>{head}{''.join(scripts)}</head>{body}</html>"
    return tree_of(html.encode(), "utf-8")


@pytest.mark.parametrize(
    "data",
    [
        [OWN],
        [{"@type": "ItemList", "itemListElement": [OTHER]}, OWN],
        [{"@graph": [{"@type": "WebSite", "datePublished": "2001-01-01"}, OTHER, OWN]}],
        [[OTHER, OWN | {"hasPart": OTHER, "mentions": [OTHER]}]],
        [{"@type": "WebPage", "datePublished": "2001-01-01", "mainEntity": OWN}],
        [OWN | {"@type": ["Thing", "LiveBlogPosting"]}],
    ],
)
def test_json_ld_gives_the_day_of_the_article_itself(data: list[object]) -> None:
    assert published(page(*data)) == DAY


@pytest.mark.parametrize(
    "data",
    [
        [{"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": OTHER}]}],
        [OTHER, OTHER | {"headline": "Another", "datePublished": "2020-02-02"}],
        [OWN, OWN | {"datePublished": "2020-02-02"}],
        ["no object", 1, None, {"@graph": 7}],
    ],
)
def test_a_neighbour_s_day_is_no_day(data: list[object]) -> None:
    assert published(page(*data)) is None


@pytest.mark.parametrize(
    ("body", "day"),
    [
        (f"<article>{TEXT}<time datetime=2024-10-24>x</time></article>", DAY),
        (f"<article>{TEXT}<time>24 October 2024</time></article>", DAY),
        (
            "<aside><article><time datetime=2020-02-02></time></article></aside>"
            f"<article>{TEXT}<time datetime=2024-10-24></time></article>",
            DAY,
        ),
        (f"<article>{TEXT}</article><article><time datetime=2020-02-02></time></article>", None),
        (f"<article>{TEXT}<div class='related x'><time datetime=2020-02-02></div></article>", None),
        (f"<article>{TEXT}<aside><time pubdate datetime=2020-02-02></aside></article>", None),
        (f"{TEXT}<footer><time datetime=2020-02-02 pubdate></footer>", None),
    ],
)
def test_a_time_counts_in_the_article_alone(body: str, day: date | None) -> None:
    assert published(page(body=body)) == day


def test_when_it_was_changed_is_another_matter() -> None:
    head = '<meta property="article:modified_time" content="2024-11-30">'
    tree = page(OWN | {"dateModified": "2024-12-01"}, head=head)
    assert (published(tree), modified(tree)) == (DAY, date(2024, 11, 30))
    assert (published(page(head=head)), modified(page(head=head))) == (None, date(2024, 11, 30))
