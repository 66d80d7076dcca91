"""Records of answers that cards are drawn of, plain ones and such as nobody would expect."""

from datetime import date
from typing import Any

from hypothesis import strategies as st

from bot.answer import Citation, Conflict, LeftOut, Option, Status
from bot.conversation.record import Record
from bot.differences.notes import difference_sentence

DAY, EARLIER = date(2024, 10, 4), date(2024, 10, 1)


def citation(n: int, source: str = "hamm.txt", **facts: Any) -> Citation:
    known: dict[str, Any] = {
        "title": "The bridge",
        "published": DAY,
        "url": f"https://news.example.org/{source}",
    }
    quote = facts.pop("quote", "It fell.")
    return Citation(n=n, source=source, quote=quote, start=0, end=len(quote), **known | facts)


def record(answer: str, *citations: Citation, **facts: Any) -> Record:
    known: dict[str, Any] = {
        "id": "AbCdEfGhIjKlMnOp", "person": 7, "server": 1, "conversation": "talk",
        "private": False, "asked": 0.0, "answered": 1.0, "question": "What fell?",
        "status": Status.ANSWERED, "confidence": 0.95,
    }  # fmt: skip
    return Record(answer=answer, citations=citations, **known | facts)


def differing() -> Record:
    """Two articles that give different figures; one of a third day says nothing of it."""
    newer = citation(1, "new.txt", published=DAY)
    older = citation(2, "old.txt", published=EARLIER)
    conflict = Conflict(((2, "32"), (1, "105")), newest=1)
    said = f"105 people are missing. [1] {difference_sentence(conflict, (newer, older))}"
    return record(said, newer, older, conflicts=(conflict,))


_texts = st.text(max_size=50) | st.text("*_`~|<>[]()#-:@\\ everyonhtps/.1\n🐟", max_size=50)
_urls = st.sampled_from(
    [
        None, "", "javascript:alert(1)", "https://a.example/b_(c)?d=[e]", "http://[::1", "https://",
        "https://x.example/> @everyone", "https://x.example/" + "long/" * 500, "https://ä.example/ü",
    ]
) | st.text("htps:/.a()[]<> ", max_size=40)  # fmt: skip


@st.composite
def records(draw: st.DrawFn) -> Record:
    """Any record, its texts in any script or markup."""
    days = st.none() | st.dates(date(1, 1, 1), date(9999, 12, 31))
    cited = draw(st.lists(st.tuples(_texts, _texts, days, _urls, _texts), max_size=6))
    citations = tuple(
        Citation(n, source, title, day, url, quote or "q", 0, len(quote or "q"))
        for n, (source, title, day, url, quote) in enumerate(cited, 1)
    )
    long = draw(st.sampled_from([1, 1, 1, 200]))
    said = draw(st.lists(st.tuples(_texts, st.integers(0, 13)), max_size=5))
    answer = " ".join(f"{text * long} [{n}]" for text, n in said) or "-"
    numbers = st.integers(1, max(1, len(citations)))
    says = st.lists(st.tuples(numbers, _texts), min_size=2, max_size=9).map(tuple)
    conflicts = st.lists(st.builds(Conflict, says, st.none() | numbers), max_size=2)
    return record(
        answer,
        *citations,
        status=draw(st.sampled_from([s for s in Status if s is not Status.REPLY])),
        question=draw(_texts),
        private=draw(st.booleans()),
        confidence=draw(st.none() | st.floats(0, 1)),
        model=draw(st.sampled_from(["quotes", "a-model"]) | _texts),
        notes=tuple(draw(st.lists(_texts, max_size=5))),
        conflicts=tuple(draw(conflicts)) if citations else (),
        options=tuple(draw(st.lists(st.builds(Option, _texts, _texts), max_size=3))),
        left_out=tuple(draw(st.lists(st.builds(LeftOut, _texts, _texts), max_size=2))),
        nearest=draw(st.sampled_from([None, *citations[:1]])),
    )
