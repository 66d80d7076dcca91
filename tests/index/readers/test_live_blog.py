"""Live blogs: each post is an article, where the page lists them."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from index.article import Article
from index.readers import Problem, read_file
from index.readers.live_blog import posts
from index.readers.markup import tree_of

TREES = "Two trees fell on the road to the harbour, and nobody was hurt."
FERRY = "The ferry stays in port until the wind drops below fifty knots."
POSTS: list[dict[str, Any]] = [
    {
        "@type": "BlogPosting",
        "headline": "Ferry stays in port",
        "datePublished": "2024-10-25T09:00:00Z",
        "url": "https://example.org/storm#post-2",
        "articleBody": f"<p>{FERRY}</p><p>It may sail at night.</p>",
        "author": [{"@type": "Person", "name": "Ada Lind"}],
    },
    {"@type": "BlogPosting", "datePublished": "2024-10-24T22:10:00Z", "articleBody": TREES},
]


def page(updates: Any, rest: str = f"<p>{TREES}</p><p>{FERRY}</p>") -> str:
    blog = {"@type": "LiveBlogPosting", "headline": "Storm live", "liveBlogUpdate": updates}
    blog |= {"datePublished": "2024-10-24T08:00:00Z", "author": {"name": "Bo Berg"}}
    return (
        "<html><head><title>Storm live</title>"
        f'<script type="application/ld+json">{json.dumps(blog)}</script></head>'
        f"<body><article><h1>Storm live</h1>{rest}</article></body></html>"
    )


def read(folder: Path, text: str) -> list[Article | Problem]:
    path = folder / "storm.html"
    path.write_text(text)
    return [*read_file(path, "storm.html")]


def test_posts_are_articles_with_their_own_days_and_names(tmp_path: Path) -> None:
    ferry, trees = read(tmp_path, page(POSTS))
    url = "https://example.org/storm#post-2"
    text = f"{FERRY}\n\nIt may sail at night."
    day = date(2024, 10, 25)
    assert ferry == Article("storm.html#post-2", "Ferry stays in port", text, day, url, "Ada Lind")
    name = "storm.html#2024-10-24T22:10:00Z"
    day = date(2024, 10, 24)
    assert trees == Article(name, "Storm live", TREES, day, None, "Bo Berg")


def test_a_page_that_says_much_more_than_its_posts_is_read_as_a_page(tmp_path: Path) -> None:
    more = "".join(
        f"<p>At {n} o'clock the wind rose to {n * 7} knots, we heard.</p>" for n in range(30)
    )
    [article] = read(tmp_path, page(POSTS, more))
    assert isinstance(article, Article)
    assert article.source == "storm.html"
    assert "At 29 o'clock" in article.text


def test_a_blog_without_posts_is_read_as_a_page(tmp_path: Path) -> None:
    for updates in (None, [], POSTS[:1], [{"headline": "No text"}] * 3):
        [article] = read(tmp_path, page(updates))
        assert isinstance(article, Article)
        assert article.source == "storm.html"


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*POSTS[0], "name", "@id"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(_values)
def test_whatever_is_said_of_posts_is_read_or_left(updates: Any) -> None:
    for article in posts(tree_of(page(updates).encode(), "utf-8"), "a"):
        assert article.text.strip()
        assert article.title
        assert article.source.startswith("a#")
