"""Web pages: the article in one, without what is around it."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lxml import etree
from trafilatura import bare_extraction

from index.article import Article
from index.paths import host_of
from index.readers import live_blog, page_date
from index.readers.consent import is_only_consent, without_dialogs
from index.readers.dates import day_in_address, find_date
from index.readers.encoding import declared_in, decode
from index.readers.markup import blocks_of, tree_of
from index.readers.outline import laid_out
from index.readers.problem import Problem, read_bytes
from index.readers.wording import flat, given_title, title_of_file

MAX_BYTES = 10_000_000
"""The longest page; the longest articles come to a tenth of it."""
_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SITE_MARK = re.compile(r"(\s[-–—|·•«»:]\s)")
"""What is between a title and the name of its site."""
_NAME = re.compile(r"[a-zA-Z][\w-]*", re.ASCII)
NO_ARTICLE = "holds no article; save the page with its text"
ONLY_CONSENT = "only asks for consent to cookies; save the page after you have answered it"


def read(path: Path, source: str) -> Iterator[Article | Problem]:
    """The one article of a page."""
    data = read_bytes(path, source, MAX_BYTES)
    if isinstance(data, Problem):
        yield data
        return
    text_of_page = decode(data, declared_in(data))
    page = _parsed(text_of_page[0]) if text_of_page else None
    if page is None:
        yield Problem(source, NO_ARTICLE)
        return
    name, sites, heads = _title(page), _sites(page), _heads(page)  # before trafilatura prunes it
    day, changed = page_date.published(page), page_date.modified(page)
    live = live_blog.posts(page, source)
    nothing = ONLY_CONSENT if without_dialogs(page) else NO_ARTICLE
    _open_boxes(page)
    found: Any = bare_extraction(page, with_metadata=True, include_comments=False)
    if len(live) > 1 and _hold_most(live, found):
        yield from live
        return
    if not found or found.body is None:
        yield Problem(source, nothing)
        return
    title = flat(found.title or "")
    # Where a page does not say, trafilatura takes its first heading, of whatever box.
    if name and not (title and _names_a_site(name.removeprefix(title))):
        title = name
    title = given_title(_without_site(title, sites, heads)) or title_of_file(path)
    text, places = laid_out(blocks_of(found.body), title)
    if not text or is_only_consent(text.split("\n")):
        yield Problem(source, ONLY_CONSENT if text else nothing)
        return
    author = flat(found.author or "").replace("; ", ", ") or None
    # That of a home page, which careless sites give everywhere, is no article's.
    url = found.url if urlsplit(found.url or "").path.strip("/") else None
    day = day or find_date(text) or day_in_address(url) or changed
    yield Article(source, title, text, day, url, author, places)
    if text_of_page and text_of_page[1]:
        yield Problem(source, text_of_page[1], doubtful=True)


def _hold_most(posts: Sequence[Article], found: Any) -> bool:
    """Whether posts are no shorter than half of what was found on their page."""
    whole = len(found.text or "") if found else 0
    return 2 * sum(len(post.text) for post in posts) >= whole


def _open_boxes(page: Any) -> None:
    """Make plain boxes of those that trafilatura leaves out, where they hold the article."""
    whole = sum(map(_length, page.iter("p")))
    for element in [*page.iter("aside", "form", "footer", "menu", "dialog", "nav")]:
        if 2 * sum(map(_length, element.iter("p"))) > whole:
            element.tag = "div"


def _length(paragraph: Any) -> int:
    return len("".join(paragraph.itertext()).strip())


def _title(page: Any) -> str:
    """What the page's tab is called, if the page does not say what its article is called."""
    said = page.xpath("//meta[@property='og:title' or @name='twitter:title']/@content")
    return "" if any(said) else flat(page.findtext(".//title") or "")


def _sites(page: Any) -> set[str]:
    """What the site of a page may be called, in small letters."""
    said = page.xpath("//meta[@property='og:site_name' or @name='application-name']/@content")
    urls = page.xpath("//link[@rel='canonical']/@href | //meta[@property='og:url']/@content")
    hosts = [*filter(None, map(host_of, urls))]
    return {flat(name).casefold() for name in (*said, *hosts, *(h.split(".")[0] for h in hosts))}


def _heads(page: Any) -> set[str]:
    """The page's first headings."""
    return {flat("".join(head.itertext())) for head in page.iter("h1")}


def _names_a_site(rest: str) -> bool:
    """Whether what was taken off a title is the name of a site, as its capitals show."""
    words = rest.split()
    return not words or (len(words) <= 4 and all(not word[:1].islower() for word in words))


def _without_site(title: str, sites: set[str], heads: set[str]) -> str:
    """A title without the name of the site behind it, or before it."""
    parts = _SITE_MARK.split(title)
    if len(parts) < 3:
        return title
    marks, head = (
        set(parts[1::2]),
        next((p for p in (title, parts[0], parts[-1]) if p in heads), ""),
    )
    if head:
        return head
    if parts[0].casefold() in sites:
        return "".join(parts[2:])
    is_site = parts[-1].casefold() in sites or (marks == {" | "} and len(parts[-1].split()) <= 4)
    return _without_site("".join(parts[:-2]), sites, heads) if is_site else title


def _parsed(text: str) -> Any:
    """The page's tree, without what no XML may hold."""
    page = tree_of(text.encode("utf-8", "replace"), "utf-8")
    for element in () if page is None else page.iter(etree.Element):
        _mend(element)
    return page


def _mend(element: Any) -> None:
    """Take out the characters that no XML may hold, which trafilatura gives up at."""
    if _UNFIT.search(element.tag):
        element.tag = "span"
    element.text = element.text and _UNFIT.sub("", element.text)
    element.tail = element.tail and _UNFIT.sub("", element.tail)
    facts = element.items()
    if any(_UNFIT.search(name + value) for name, value in facts):
        element.attrib.clear()
        for name, value in facts:
            if _NAME.fullmatch(name):
                element.set(name, _UNFIT.sub("", value))
