"""Feeds and pages by their addresses: what is fetched, kept, and left as it was."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index.article import Article
from index.errors import ArticlesError, StoreError
from index.paths import address_of, dump_of
from index.readers import Problem, read_file
from index.store import Store
from index.sync import addresses
from index.sync.addresses import _write, fetch_all
from index.sync.fetch import UNKNOWN
from tests.index.stores import CountingEmbedder
from tests.standins.documents import PAGE, pdf
from tests.standins.web_server import Page, Site, running

LONG = " ".join(["The ferry sails again after a long time."] * 30)


@pytest.fixture
def site(socket_enabled: None) -> Iterator[Site]:
    with running() as site:
        yield site


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


def item(link: str, text: str = "", title: str = "Ferry") -> str:
    return (
        f"<item><title>{title}</title><link>{link}</link><pubDate>24 Oct 2024</pubDate>"
        f"<description>{text}</description></item>"
    )


def feed(*items: str) -> str:
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{"".join(items)}</channel></rss>'


def fetched(store: Path, url: str) -> list[Article | Problem]:
    """What is kept of an address after it was fetched."""
    fetch_all(store, [url], allow_private=True)
    dump = dump_of(store, url)
    return list(read_file(dump, dump.name))


def test_a_page_is_an_article(site: Site, store: Path) -> None:
    url = site.put("/ferry", PAGE)
    [article] = fetched(store, url)
    assert isinstance(article, Article)
    assert (article.source, article.url, article.title) == (url, url, "Ferry returns")
    assert article.place_at(len(article.text) - 1) == "§ Background"


def test_a_pdf_keeps_its_pages(site: Site, store: Path) -> None:
    url = site.put("/report", pdf(["It sails daily.", "Nobody was hurt."]), "application/pdf")
    [article] = fetched(store, url)
    assert isinstance(article, Article)
    assert [place.label for place in article.places] == ["page 1", "page 2"]


def test_an_entry_is_what_the_feed_says_of_it_or_the_page_that_says_more(
    site: Site, store: Path
) -> None:
    page, gone = (
        site.put("/page", PAGE.replace("</article>", f"<p>{LONG}</p></article>")),
        site.url("/x"),
    )
    url = site.put(
        "/feed",
        feed(
            item("http://a/full", LONG),
            item(page, "It sails.", "From the feed"),
            item(gone, "Few."),
        ),
        "text/xml",
    )
    full, linked, teaser, problem = fetched(store, url)
    assert isinstance(full, Article)
    assert (full.source, full.text) == ("http://a/full", LONG)
    assert isinstance(linked, Article)
    assert (linked.source, linked.title, linked.author) == (page, "From the feed", "Ada Byron")
    assert LONG in linked.text
    assert isinstance(teaser, Article)
    assert teaser.text == "Few."
    reason = "the page cannot be fetched (status 404); the feed's own words are kept"
    assert problem == Problem(gone, reason)
    # Only what failed is asked for again, and then the feed is not.
    site.put("/x", PAGE.replace("</article>", f"<p>{LONG}</p></article>"))
    site.requests.clear()
    assert all(isinstance(found, Article) for found in fetched(store, url))
    assert site.paths == ["/feed", "/x"]


def test_what_a_feed_no_longer_lists_stays(site: Site, store: Path) -> None:
    url = site.put("/feed", feed(item("http://a/1", LONG), item("http://a/2", LONG)), "text/xml")
    assert len(fetched(store, url)) == 2
    site.put(
        "/feed", feed(item("http://a/2", f"New. {LONG}"), item("http://a/3", LONG)), "text/xml"
    )
    kept = {found.source: found for found in fetched(store, url)}
    assert list(kept) == ["http://a/1", "http://a/2", "http://a/3"]
    changed = kept["http://a/2"]
    assert isinstance(changed, Article)
    assert changed.text.startswith("New.")


def test_an_unchanged_feed_costs_one_question_and_no_writing(site: Site, store: Path) -> None:
    url = site.put("/feed", feed(item("http://a/1", LONG)), "text/xml", ETag='"1"')
    fetched(store, url)
    before = dump_of(store, url).stat()
    fetched(store, url)
    assert dump_of(store, url).stat() == before
    assert site.requests[1][1]["If-None-Match"] == '"1"'
    site.pages["/feed"].headers["ETag"] = '"2"'
    fetched(store, url)
    assert dump_of(store, url).stat() == before


def test_a_feed_out_of_reach_keeps_what_it_had(site: Site, store: Path) -> None:
    url = site.put("/feed", feed(item("http://a/1", LONG)), "text/xml", ETag='"1"')
    fetched(store, url)
    site.pages["/feed"] = Page(status=503)
    article, problem = fetched(store, url)
    assert isinstance(article, Article)
    reason = "cannot be fetched (status 503); what was fetched before is kept"
    assert problem == Problem(url, reason)
    site.put("/feed", feed(item("http://a/1", LONG)), "text/xml", ETag='"1"')
    assert fetched(store, url) == [article]


def test_a_feed_never_reached_is_an_error(site: Site, store: Path) -> None:
    with pytest.raises(ArticlesError, match="/none cannot be fetched"):
        fetch_all(store, [site.url("/none")], allow_private=True)
    with pytest.raises(ArticlesError, match="DATELINE_ALLOW_PRIVATE_ADDRESSES"):
        fetch_all(store, [site.put("/", PAGE)], allow_private=False)
    assert not store.exists()


def test_links_into_private_networks_are_not_followed(
    site: Site, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.sync.fetch.is_public", lambda ip: str(ip) == "127.0.0.1")
    url = site.put("/feed", feed(item(site.url("/admin", "127.0.0.2"))), "text/xml")
    fetch_all(store, [url], allow_private=False)
    [problem] = read_file(dump_of(store, url), "dump.jsonl")
    assert isinstance(problem, Problem)
    assert problem.reason.startswith("the page is in a private network")
    assert site.paths == ["/feed"]


def test_so_many_pages_are_fetched_in_one_go(
    site: Site, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(addresses, "PAGES", 2)
    links = [site.put(f"/{n}", PAGE) for n in range(3)]
    url = site.put("/feed", feed(*map(item, links)), "text/xml")
    *articles, problem = fetched(store, url)
    assert len(articles) == 2
    assert problem == Problem(url, "links to 1 more pages; fetch again for the next of them")
    assert len(fetched(store, url)) == 3


def test_ids_name_no_file(site: Site, store: Path) -> None:
    entry = f"<item><guid>../../evil</guid><description>{LONG}</description></item>"
    site.put("/etc/feed", feed(entry), "text/xml")
    [article] = fetched(store, site.url("/../../etc/feed"))
    assert article.source == "../../evil"
    written = sorted(path.name for path in store.parent.rglob("*") if path.is_file())
    assert len(written) == 3
    assert all(path.startswith(f"127-0-0-1-{site.port}-etc-feed-") for path in written)


def test_a_store_that_cannot_be_written_is_an_error(site: Site, store: Path) -> None:
    store.parent.mkdir(exist_ok=True)
    store.write_text("in the way")
    with pytest.raises(StoreError, match="cannot write the store"):
        fetch_all(store, [site.put("/", PAGE)], allow_private=True)


def test_the_dump_is_a_feed_dump(site: Site, store: Path) -> None:
    url = site.put("/ferry", PAGE)
    fetched(store, url)
    row = json.loads(dump_of(store, url).read_text())
    assert {"url", "title", "published", "author", "text", "places"} < set(row)


def test_what_two_processes_fetch_at_once_is_all_kept(tmp_path: Path) -> None:
    dump = tmp_path / "fetched" / "feed.jsonl"
    names = [f"https://example.org/{number}" for number in range(24)]

    def add(name: str) -> None:
        _write(dump, {name: {"url": name, "text": "Some words."}}, [], UNKNOWN, "https://feed")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, names))
    assert sorted(article.source for article in read_file(dump, dump.name)) == sorted(names)


def post(guid: str, text: str, day: str = "24 Oct 2024") -> str:
    return (
        f"<item><title>{guid}</title><link>http://a/live</link><pubDate>{day}</pubDate>"
        f'<guid isPermaLink="false">{guid}</guid><description>{text}</description></item>'
    )


def test_posts_of_one_link_are_all_kept(site: Site, store: Path) -> None:
    url = site.put("/feed", feed(post("one", f"One. {LONG}")), "text/xml")
    fetched(store, url)
    site.put("/feed", feed(post("two", f"Two. {LONG}"), post("three", LONG)), "text/xml")
    kept = fetched(store, url)
    assert [a.entry for a in kept if isinstance(a, Article)] == ["one", "two", "three"]
    assert address_of(dump_of(store, url)) == url


def test_a_feed_that_was_fetched_before_ids_were_kept_has_nothing_twice(
    site: Site, store: Path
) -> None:
    url = site.put("/feed", feed(post("one", LONG)), "text/xml")
    fetched(store, url)
    dump = dump_of(store, url)
    row = json.loads(dump.read_text())
    dump.write_text(json.dumps({key: row[key] for key in row if key != "guid"}))
    site.put("/feed", feed(post("one", f"New. {LONG}")), "text/xml")
    [article] = fetched(store, url)
    assert isinstance(article, Article)
    assert (article.entry, article.text[:4]) == ("one", "New.")


def test_a_day_after_the_fetch_is_not_believed_and_told(site: Site, store: Path) -> None:
    url = site.put("/feed", feed(post("one", LONG, day="24 Oct 2199")), "text/xml")
    for _ in range(2):
        article, doubt = fetched(store, url)
        assert isinstance(article, Article)
        assert article.published is None
        assert isinstance(doubt, Problem)
        assert doubt.doubtful
        assert doubt.source == url
        assert "2199-10-24" in doubt.reason


def test_a_feed_takes_no_article_of_another_host_away(site: Site, store: Path) -> None:
    link = site.url("/bridge")
    own = site.put("/feed", feed(item(link, f"The bridge is open. {LONG}")), "text/xml")
    with running() as other:
        forged = feed(item(link, f"The bridge has fallen. {LONG}").replace("24 Oct", "30 Oct"))
        urls = [own, other.put("/feed", forged, "text/xml")]
        fetch_all(store, urls, allow_private=True)
    with Store.open(store / "articles", CountingEmbedder()) as opened:
        opened.sync([dump_of(store, url) for url in urls])
        article = opened.article(link)
        assert article
        assert article.text.startswith("The bridge is open.")
        [given_way] = opened.superseded()
        assert "another's article" in given_way.reason


@pytest.mark.parametrize("charset", ["windows-1251", "koi8-r"])
def test_an_encoding_that_the_server_alone_names(site: Site, store: Path, charset: str) -> None:
    said = "Паром снова ходит по понедельникам, сказал капитан порта."
    page = PAGE.replace("The ferry to the island", said).replace('<meta charset="utf-8">', "")
    url = site.put("/page", page.encode(charset), f"text/html; charset={charset}")
    [article] = fetched(store, url)
    assert isinstance(article, Article)
    assert said in article.text
