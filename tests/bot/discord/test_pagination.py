import re
import unicodedata

import pytest
import regex
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.discord.pagination import SMALLEST_LIMIT, escaped, length, pages

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
LIMITS = st.integers(SMALLEST_LIMIT, 400)
ATOMS = st.one_of(
    st.integers(1, 999).map("[{}]".format),
    st.integers(1, 999).map("\\[{}\\]".format),
    st.integers(1, 999).map("[[{}]](<https://example.org/a_(b)>)".format),
    st.integers(1, 999).map("<https://example.org/{}?a=b&c>".format),
    st.sampled_from(["\\*", "\\_", "e\u0301", FAMILY, "\U0001f1e9\U0001f1ea", "\\[", "<@123>"]),
)
WORDS = st.text("abcdefgäöü東京", min_size=1, max_size=30)
BREAKS = st.sampled_from([" ", " ", " ", ". ", "! ", "\n", "\n\n", "\n- ", "\n  - ", "。", ", "])
PROSE = st.lists(st.one_of(WORDS, BREAKS, ATOMS.map(" {}".format)), max_size=200).map("".join)
CODE = st.builds(
    "\n```{}\n{}\n```\n".format,
    st.sampled_from(["", "py", "c++", "objective-c"]),
    st.text("xyz_ =\n", max_size=600),
)
ARTICLE = st.lists(st.one_of(PROSE, CODE), max_size=5).map("".join)
SPECIAL = st.lists(
    st.sampled_from([*"\\*_~`|<>[]()#-+.:@&!012 \n", "everyone", "here", "a"]), max_size=60
).map("".join)


def visible(text: str) -> str:
    """The text without blanks and without what opens and closes code blocks."""
    return "".join(re.sub(r"```(?:[\w+.#-]{0,20}\n)?", "", text).split())


def shown(text: str) -> str:
    """What Discord makes of escapes, addresses in brackets and characters without width."""
    text = re.sub(r"<(https?://[^>]*)>", r"\1", text.replace("\u200b", ""))
    return re.sub(r"\\([^\w\s]|_)", r"\1", text)


@UNHURRIED
@given(ARTICLE, LIMITS)
def test_pages_are_short_and_keep_everything(text: str, limit: int) -> None:
    found = pages(text, limit)
    assert all(page.strip() and length(page) <= limit for page in found)
    assert "".join(map(visible, found)) == visible(text)


@UNHURRIED
@given(st.text(max_size=1500).filter(lambda text: "```" not in text), LIMITS)
def test_any_text_keeps_its_characters(text: str, limit: int) -> None:
    found = pages(text, limit)
    assert all(page.strip() and length(page) <= limit for page in found)
    assert visible("".join(found)) == visible(text)


@UNHURRIED
@given(ARTICLE, LIMITS)
def test_code_blocks_are_whole_on_every_page(text: str, limit: int) -> None:
    languages = set(re.findall(r"```([\w+-]+)\n", text))
    for page in pages(text, limit):
        assert page.count("```") % 2 == 0
        assert set(re.findall(r"```([\w+-]+)\n", page)) <= languages


@UNHURRIED
@given(st.lists(st.one_of(ATOMS, WORDS), max_size=150), LIMITS)
def test_citations_links_and_characters_stay_whole(parts: list[str], limit: int) -> None:
    found = pages(" ".join(parts), limit)
    kept = [part for page in found for part in page.split()]
    assert kept == " ".join(parts).split()


@UNHURRIED
@given(st.lists(st.sampled_from([FAMILY, "e\u0301\u0323", "\\*", "\U0001f600"]), max_size=200))
def test_words_without_end_are_cut_between_characters(parts: list[str]) -> None:
    found = pages("".join(parts), SMALLEST_LIMIT)
    assert [c for page in found for c in regex.findall(r"\\\X|\X", page)] == parts


@UNHURRIED
@given(st.lists(WORDS.map("{} [1] said so. [2]".format), min_size=1, max_size=80))
def test_no_page_begins_with_the_citation_of_a_sentence_before(sentences: list[str]) -> None:
    assert not any(page.startswith("[") for page in pages(" ".join(sentences), 200))


def test_paragraphs_come_first_then_items_sentences_and_words() -> None:
    sentence = "A sentence of some forty characters here."
    paragraphs = f"{sentence} {sentence}\n\n{sentence} {sentence}"
    assert pages(paragraphs, 140) == [f"{sentence} {sentence}"] * 2
    assert pages(f"- {sentence}\n- {sentence}\n  - {sentence}\n- {sentence}", 140) == [
        f"- {sentence}\n- {sentence}\n  - {sentence}",
        f"- {sentence}",
    ]
    assert pages(f"{sentence} [1] {sentence} [2] {sentence} [3]", 100) == [
        f"{sentence} [1] {sentence} [2]",
        f"{sentence} [3]",
    ]
    assert pages("word " * 30, 100) == ["word " * 19 + "word", "word " * 9 + "word"]


def test_an_item_that_goes_on_keeps_its_indentation() -> None:
    item = "  - inner item of some length to fill a page quickly"
    [first, second] = pages(f"- outer\n{item}\n{item}\n{item}", 125)
    assert first == f"- outer\n{item}\n{item}"
    assert second == item


def test_code_is_closed_and_opened_again_in_its_language() -> None:
    code = "\n".join(f"    line_{n} = {n}" for n in range(10))
    first, *_, last = pages(f"So:\n```py\n{code}\n```\nDone.", 120)
    assert first.startswith("So:\n```py\n    line_0 = 0\n")
    assert first.endswith("\n```")
    assert last.startswith("```py\n    line_")
    assert last.endswith("\n```\nDone.")


def test_a_text_of_20000_characters_takes_few_pages() -> None:
    text = "".join(f"Statement number {n} is here. [{n}] " for n in range(600))
    found = pages(text)
    assert length(text) / 2000 <= len(found) <= length(text) / 1800 + 1
    assert all(re.search(r"\. \[\d+\]$", page) for page in found)


def test_characters_outside_the_first_plane_count_twice() -> None:
    assert length("a\U0001f600") == 3
    assert [length(page) for page in pages("\U0001f600" * 100, 100)] == [100, 100]


def test_a_page_too_short_for_a_code_block_is_refused() -> None:
    with pytest.raises(ValueError, match="100 characters or more"):
        pages("text", 50)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("# Heading\n-# small\n> said", "\\# Heading\n\\-# small\n\\> said"),
        ("- item\n  * item\n12. item", "\\- item\n  \\* item\n12\\. item"),
        ("It fell by 3.5 - or 4. So what", "It fell by 3.5 - or 4. So what"),
        ("**bold** _i_ ~~s~~ ||x|| `c`", r"\*\*bold\*\* \_i\_ \~\~s\~\~ \|\|x\|\| \`c\`"),
        ("@everyone @here", "@\u200beveryone @\u200bhere"),
        ("<@123456789012345678>", "\\<@\u200b123456789012345678>"),
        ("<#1> <t:1:R> </ask:1>", "\\<#1> \\<t\\:1:R> \\</ask:1>"),
        ("<:party:1> :smile: 12:30", "\\<\\:party:1> \\:smile: 12:30"),
        ("[here](http://evil.example/)", "\\[here\\](<http://evil.example/>)"),
        ("See https://a.example/b_(c)_d.", "See <https://a.example/b_(c)_d>."),
        ("<https://a.example/@everyone>", "<https://a.example/%40everyone>"),
        ("C:\\new", "C:\\\\new"),
        ("ring\x07 \u202eolleh", "ring olleh"),
    ],
)
def test_markup_is_shown_as_it_stands(text: str, plain: str) -> None:
    assert escaped(text) == plain


@UNHURRIED
@given(st.one_of(SPECIAL, st.text(max_size=60)))
def test_what_is_escaped_reads_as_before(text: str) -> None:
    kept = "".join(c for c in text if c in "\t\n" or unicodedata.category(c) not in ("Cc", "Cs"))
    kept = re.sub("[\u200b\u202a-\u202e\u2066-\u2069]", "", kept)
    assert shown(escaped(kept)) == kept


@UNHURRIED
@given(SPECIAL)
def test_nothing_in_it_acts(text: str) -> None:
    bare = re.sub(r"\\[^\w\s]|\\_", " ", escaped(text))  # an escaped character does nothing
    assert not re.search(r"[*_~`|<\[]|@(everyone|here|[!&]?\d)|:\w+:", bare)
    assert not re.search(r"(?m)^\s*(#|>|-|\+|\d+\.\s)", re.sub(r"\\.", "x", escaped(text)))


def test_the_number_of_a_source_stays_with_it() -> None:
    sources = "\\[1\\] **The ferry** · ferry.txt\n\\[2\\] **The bridge** · bridge.txt"
    for words in range(10, 40):
        found = pages(f"{'word ' * words}end. \\[1\\]\n\n{sources}", 120)
        assert not any(page.endswith(("\n\\[1\\]", "\n\\[2\\]")) for page in found)
