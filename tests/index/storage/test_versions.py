"""Which of several articles answers."""

from hashlib import sha256
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from index.storage.versions import CURRENT, DUPLICATE, SUPERSEDED, Version, VersionState, states_of
from index.text.minhash import signature

LONG = "The council voted on Monday to close the harbour bridge to all lorries until the spring. "


def version(
    number: int,
    source: str,
    text: str = "",
    *,
    title: str = "Bridge",
    published: str | None = None,
    url: str | None = None,
    file_id: int | None = None,
    written_ns: int = 0,
) -> Version:
    text = text or f"Words of {number} that no other article has."
    body = sha256(f"{title}\0{text}".encode()).hexdigest()
    file_id = number if file_id is None else file_id
    path = f"/news/{file_id}"
    return Version(
        number,
        file_id,
        number,
        source,
        body,
        signature(text),
        title,
        published,
        url,
        path,
        written_ns,
    )


def test_what_differs_answers_for_itself() -> None:
    assert states_of([version(1, "a"), version(2, "b")]) == {
        1: VersionState(CURRENT),
        2: VersionState(CURRENT),
    }


def test_of_one_source_the_newest_answers() -> None:
    old = version(1, "u", published="2024-10-25", written_ns=9)
    new = version(2, "u", published="2024-10-26", written_ns=1)
    assert states_of([old, new]) == {1: VersionState(SUPERSEDED, 2), 2: VersionState(CURRENT)}
    undated = version(3, "u", written_ns=99)
    assert states_of([undated, old])[3] == VersionState(SUPERSEDED, 1)


def test_of_one_source_and_day_what_was_delivered_last_answers() -> None:
    versions = [version(1, "u", written_ns=5), version(2, "u", written_ns=4)]
    assert states_of(versions)[2] == VersionState(SUPERSEDED, 1)


def test_a_corrected_copy_supersedes_by_its_url() -> None:
    old = version(1, "a.html", LONG * 3, url="http://x/bridge", published="2024-10-25")
    new = version(
        2, "b.html", LONG * 3 + "Corrected.", url="http://x/bridge", published="2024-10-26"
    )
    assert states_of([old, new])[1] == VersionState(SUPERSEDED, 2)


def test_different_articles_that_give_the_front_page_as_their_url_all_answer() -> None:
    versions = [
        version(n, f"{n}.html", title=f"Title {n}", url="http://x/", published=f"2024-10-{n + 10}")
        for n in range(5)
    ]
    assert {s.state for s in states_of(versions).values()} == {CURRENT}


def test_parts_of_a_page_in_one_file_all_answer() -> None:
    versions = [version(n, f"page-{n}", url="http://x/page", file_id=7) for n in range(5)]
    assert {s.state for s in states_of(versions).values()} == {CURRENT}


def test_of_the_same_words_the_oldest_answers_with_a_plain_url_first() -> None:
    late = version(1, "a", LONG, published="2024-10-26", url="http://x/1")
    early = version(2, "b", LONG, published="2024-10-25", url="http://x/2?from=feed")
    plain = version(3, "c", LONG, published="2024-10-25", url="http://x/3")
    assert states_of([late, early, plain]) == {
        1: VersionState(DUPLICATE, 3),
        2: VersionState(DUPLICATE, 3),
        3: VersionState(CURRENT),
    }


_versions = st.lists(
    st.builds(
        lambda *row: row,
        st.sampled_from(["a", "b", "http://a/1", "http://b/1"]),
        st.sampled_from(["one", "two", "three"]),
        st.sampled_from([None, "http://a/2", "http://b/2"]),
        st.sampled_from([None, "2024-10-25", "2024-10-26"]),
        st.integers(0, 3),
        st.integers(0, 3),
        st.sampled_from(["/news", "http://a/feed", "http://b/feed", "http://c/feed"]),
    ),
    max_size=12,
)


@given(_versions, st.randoms())
def test_something_always_answers_and_order_makes_no_difference(
    rows: list[tuple[str, str, str | None, str | None, int, int, str]], random: Random
) -> None:
    versions = [
        version(n, source, text, published=day, url=url, file_id=file_id, written_ns=when)._replace(
            origin=origin
        )
        for n, (source, text, url, day, file_id, when, origin) in enumerate(rows, start=1)
    ]
    found = states_of(versions)
    shuffled = versions[:]
    random.shuffle(shuffled)
    assert states_of(shuffled) == found
    by_id = {v.id: v for v in versions}
    answering = [by_id[n] for n, s in found.items() if s.state == CURRENT]
    assert len({v.source for v in answering}) == len(answering) == len({v.body for v in answering})
    for number in found:  # every chain ends at one that answers
        seen, last = {number}, number
        while stand_in := found[last].stand_in:
            assert stand_in not in seen
            seen.add(stand_in)
            last = stand_in
        assert found[last].state == CURRENT


def test_another_s_feed_supersedes_nothing() -> None:
    link = "https://paper.example/bridge"
    own = version(1, link, published="2024-10-24")._replace(origin="https://www.paper.example/rss")
    forged = version(2, link, published="2024-10-30")._replace(origin="https://other.example/rss")
    kept = version(3, link, published="2024-10-20")._replace(origin="/news")
    assert states_of([own, forged])[2] == VersionState(SUPERSEDED, 1)
    assert states_of([kept, forged])[2] == VersionState(SUPERSEDED, 3)
    assert states_of([kept, own, forged])[3] == VersionState(SUPERSEDED, 1)
    same = forged._replace(origin=own.origin)
    assert states_of([own, same])[1] == VersionState(SUPERSEDED, 2)


def test_a_url_in_another_folder_supersedes_nothing() -> None:
    old = version(1, "a.html", LONG * 3, url="http://x/bridge", published="2024-10-25")
    new = version(2, "b.html", LONG * 4, url="http://x/bridge", published="2024-10-26")
    assert states_of([old, new])[1] == VersionState(SUPERSEDED, 2)
    elsewhere = new._replace(origin="/other")
    assert {s.state for s in states_of([old, elsewhere]).values()} == {CURRENT}
    assert states_of([old, new._replace(origin="http://x/feed")])[1] == VersionState(SUPERSEDED, 2)
