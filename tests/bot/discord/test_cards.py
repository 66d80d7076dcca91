"""What the card of an answer says; whatever articles and models write stays plain words."""

import re

from hypothesis import HealthCheck, given, settings

from bot.answer import Option, Status
from bot.conversation.clarify import WHOM
from bot.conversation.record import Record
from bot.discord.cards import CARD_LIMIT, Card, Colour, asked_by, cards_of, certainty
from bot.discord.i18n import translations_for
from bot.discord.markup import day_stamp
from bot.discord.pagination import length
from tests.bot.discord.records import DAY, EARLIER, citation, differing, record, records

WORDS = translations_for("en")
LINE = f"[The bridge](<https://news.example.org/hamm.txt>) · {day_stamp(DAY)} · news.example.org"
MARK = "[¹](<https://news.example.org/hamm.txt>)"
ACTIVE = re.compile(r"(?<!\\)<@[!&]?\d|@(?:everyone|here)|(?<!\\)<#\d")


def text_of(cards: list[Card]) -> str:
    return "\n\n".join(block for card in cards for block in card.blocks)


def only(found: Record, head: str = "") -> Card:
    [card] = cards_of(found, WORDS, head)
    return card


def test_the_sentence_that_answers_comes_first_and_the_others_are_quoted() -> None:
    card = only(record("It fell. [1] Nobody was hurt. [2]", citation(1), citation(2)))
    body, sources = card.blocks
    assert body == f"**It fell.**\u00a0{MARK}\n> Nobody was hurt.\u00a0{MARK}"
    assert sources.splitlines() == [
        f"**1** {LINE}",
        f"-# {WORDS('sure_4')} · {WORDS('one_article')} · {WORDS('word_for_word')}",
    ]
    assert card.colour is Colour.ANSWERED
    assert card.links == ((WORDS("read_it"), "https://news.example.org/hamm.txt"),)


def test_an_article_has_one_number_however_often_it_is_cited() -> None:
    found = record(
        "It fell. [1][2] It was old. [3]", citation(1), citation(2), citation(3, "ulm.txt")
    )
    card = only(found)
    assert re.findall("[¹²³]", card.blocks[0]) == ["¹", "²"]
    assert [line[:5] for line in card.blocks[1].splitlines()[:2]] == ["**1**", "**2**"]
    assert [name for name, _ in card.links] == [WORDS("read", number=n) for n in (1, 2)]


def test_brackets_of_an_article_are_no_citation() -> None:
    assert only(record("He wrote [9] of it. [1]", citation(1))).blocks[0] == (
        rf"**He wrote \[9\] of it.**{chr(0xA0)}{MARK}"
    )


def test_what_articles_give_differently_is_listed_newest_first() -> None:
    card = only(differing())
    assert card.colour is Colour.PARTIAL
    body, differences, _ = card.blocks
    assert "differ" not in body
    assert differences.splitlines() == [
        WORDS("differ"),
        f"- **105** on {day_stamp(DAY)} ¹ · newest",
        f"- **32** on {day_stamp(EARLIER)} ²",
    ]


def test_what_a_model_wrote_is_no_quotation_and_its_lists_are_lists() -> None:
    found = record("The bridge fell. [1] Why:\n\n- rust [1]\n- a *storm*", citation(1), model="m")
    body = only(found).blocks[0]
    assert body.splitlines() == [
        f"**The bridge fell.**\u00a0{MARK}",
        "Why:",
        "",
        f"- rust\u00a0{MARK}",
        r"- a \*storm\*",
    ]


def test_what_the_articles_do_not_say_is_in_the_readers_language() -> None:
    found = record("It fell. [1] The articles do not say: why", citation(1), status=Status.PARTIAL)
    german = translations_for("de")
    [card] = cards_of(found, german)
    assert card.blocks[0].endswith("\n\n" + german("not_said", what="why"))
    assert card.colour is Colour.PARTIAL


def test_a_decline_shows_the_nearest_sentence_as_no_answer() -> None:
    near = citation(1, quote="The bridge is @everyone's *old*.")
    found = record("None.", status=Status.ABSTAINED, confidence=0.05, nearest=near)
    card = only(found)
    first, nearest = card.blocks
    assert first.splitlines() == [f"**{WORDS('declined')}**", f"-# {WORDS('sure_0')}"]
    assert nearest.splitlines() == [
        WORDS("nearest"),
        "> The bridge is @\u200beveryone's \\*old\\*.",
        f"-# {LINE}",
    ]
    assert card.colour is Colour.DECLINED
    assert card.links


def test_long_titles_to_choose_from_are_written_out() -> None:
    options = (Option("A", "a.txt"), Option("B " * 30, "b.txt"))
    found = record("…", status=Status.CLARIFY, options=options)
    assert only(found).blocks[1].startswith("1. A\n2. B B")
    assert only(record("…", status=Status.CLARIFY, options=options[:1])).blocks == (
        f"**{WORDS('which')}**",
    )


def test_who_is_meant_is_asked() -> None:
    assert only(record(WHOM, status=Status.CLARIFY)).blocks == (f"**{WORDS('whom')}**",)


def test_a_shared_answer_names_who_asked() -> None:
    found = record("It fell. [1]", citation(1), question="@everyone *who*")
    card = only(found, asked_by(found, WORDS))
    assert card.blocks[0] == "<@7> asked: @\u200beveryone \\*who\\*"


def test_a_title_that_is_markup_or_an_address_stays_a_title() -> None:
    title = "[Live] *now* @everyone https://evil.example <@1>"
    [*_, sources] = only(record("It fell. [1]", citation(1, title=title))).blocks
    shown = sources.splitlines()[0]
    assert shown.startswith(
        "**1** [(Live) \\*now\\* @\u200beveryone https:\u200b//evil.example \\<@\u200b1>](<https://"
    )


def test_an_article_without_an_address_is_named_by_its_file() -> None:
    [*_, sources] = only(record("It fell. [1]", citation(1, url=None))).blocks
    assert sources.startswith(f"**1** The bridge · {day_stamp(DAY)} · hamm.txt\n")


def test_a_very_long_address_is_left_out() -> None:
    url = "https://news.example.org/" + "a" * 2000
    card = only(record("It fell. [1]", citation(1, url=url)))
    assert "](" not in text_of([card])
    assert card.links == ()


def test_a_long_answer_takes_several_cards_of_which_the_last_has_the_sources() -> None:
    text = " ".join(f"Sentence {n} of many." for n in range(300))
    cards = cards_of(record(f"{text} [1]", citation(1), model="m"), WORDS)
    assert [card.is_last for card in cards] == [False, True][-len(cards) :]
    assert len(cards) == 2
    assert "Sentence 0 of" in cards[0].blocks[0]
    assert "Sentence 299 of" in cards[1].blocks[0]
    assert "**1**" in cards[1].blocks[-1]


def test_how_sure_an_answer_is_rises_with_its_confidence() -> None:
    said = [certainty(n / 100, WORDS) for n in range(101)]
    assert list(dict.fromkeys(said)) == [WORDS(f"sure_{n}") for n in range(5)]


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(records())
def test_no_card_breaks_a_limit_or_holds_markup_of_articles(found: Record) -> None:
    cards = cards_of(found, WORDS)
    for card in cards:
        assert 0 < sum(map(length, card.blocks)) <= CARD_LIMIT
        assert all(block.strip() for block in card.blocks)
        assert len(card.links) <= 3
    assert not ACTIVE.search(text_of(cards))
    assert [card.is_last for card in cards] == [False] * (len(cards) - 1) + [True]


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(records())
def test_a_record_is_read_as_it_was_written(found: Record) -> None:
    assert Record.from_json(found.to_json()) == found
