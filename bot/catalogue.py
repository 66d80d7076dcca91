"""Questions about the articles as a collection: which there are, how many, the newest, by whom.

They are recognised by patterns in `conversation/languages/`, and answered from the list of
articles and the word index. What an article says is not asked here.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from bot.answer import Turn
from bot.conversation.phrases import fold, phrases
from index.search.library import Library, Listed
from index.search.time_expressions import Period, period_in
from index.store import Store

SHOWN = 5
"""Articles that are named at most."""
_LONGEST = 200
_QUOTES = "\"'“”„«»‘’ "
_NO_TOPIC = re.compile(
    r"(?:it|this|that|these|those|them|him|her|he|she|they|you|me|us|what|who|there|here|so)\b\W*$"
    r"|.*\b(?:who|whom|whose|what|why|when|where|which|how|published|written)\b",
    re.IGNORECASE,
)
_MARKED = re.compile(r"[?!.\s¿¡]+")


@dataclass(frozen=True, slots=True)
class LibraryQuestion:
    """What is asked about the articles: a kind of `library.asks`, with its topic or its time."""

    kind: str
    language: str
    topic: str | None = None
    when: str | None = None


def about_articles(
    question: str, history: Sequence[Turn], store: Store, as_of: date | None
) -> str | None:
    """What the list of articles says to a question; None where it asks something else."""
    asked = library_question(question)
    if asked is None:
        return None
    library = Library(store.generation, as_of)
    return _Replies(library, asked, history, as_of).reply()


def library_question(question: str) -> LibraryQuestion | None:
    """What a question asks about the articles as a collection, if it does."""
    text = re.sub(r"\s+", " ", question).strip(" ?!.¿¡")
    folded = fold(text)
    if len(text) > _LONGEST:
        return None
    for language, table in phrases().tables.items():
        if not re.search(table["library"]["trigger"], folded):
            continue
        for kind, patterns in _patterns(language).items():
            for pattern in patterns:
                if (found := pattern.fullmatch(folded)) and (
                    read := _read(kind, language, text, found)
                ):
                    return read
    return None


def _read(kind: str, language: str, text: str, found: re.Match[str]) -> LibraryQuestion | None:
    """The question as a pattern found it; None where its topic or time is none."""
    named = found.groupdict()
    if "x" in named:
        topic = text[slice(*found.span("x"))].strip(_QUOTES)
        fits = topic.isupper() or (topic and not _NO_TOPIC.match(topic))  # US is no pronoun
        return LibraryQuestion(kind, language, topic=topic) if fits else None
    if "when" in named:
        when = text[slice(*found.span("when"))]
        return LibraryQuestion(kind, language, when=when) if _time_in(when, language) else None
    return LibraryQuestion(kind, language)


def _time_in(when: str, language: str, today: date | None = None) -> Period | None:
    """The days that `when` means, if it says nothing else."""
    times = phrases().tables[language]["library"].get("times", {})
    said = times.get(fold(when), when)
    period = period_in(
        re.sub(r"^the (?=day|week|month|year)", "this ", said), today or date.today()
    )
    rest = said.replace(period.words, "") if period else said
    return period if not re.sub(r"\b(?:the|on|of)\b", "", rest).strip() else None


@cache
def _patterns(language: str) -> dict[str, list[re.Pattern[str]]]:
    library = phrases().tables[language]["library"]
    return {
        kind: [_compiled(pattern, library["macros"]) for pattern in patterns]
        for kind, patterns in library["asks"].items()
    }


def _compiled(pattern: str, macros: dict[str, str]) -> re.Pattern[str]:
    for name, meaning in macros.items():
        pattern = pattern.replace(f"<{name}>", meaning)
    pattern = fold(pattern).replace("'", "['’]?")
    return re.compile(pattern.replace("{x}", "(?P<x>.+?)").replace("{when}", "(?P<when>.+?)"))


class _Replies:
    """The replies to one question."""

    def __init__(
        self, library: Library, asked: LibraryQuestion, history: Sequence[Turn], as_of: date | None
    ) -> None:
        self._library = library
        self._asked = asked
        self._history = history
        self._as_of = as_of
        self._says: dict[str, str] = phrases().tables[asked.language]["library"]["says"]

    def reply(self) -> str | None:
        """The reply to the question."""
        if not self._library.count():
            return self._say("none")
        kinds: dict[str, Callable[[], str | None]] = {
            "count": self._count,
            "counted": self._happened,
            "listing": self._listing,
            "author": self._author,
            "published": self._published,
            "span": self._span,
            "newest": lambda: self._end("newest", self._library.newest),
            "oldest": lambda: self._end("oldest", self._library.oldest),
            "news": self._news,
            "happened": self._happened,
            "mentioned": self._mentioned,
        }
        return kinds[self._asked.kind]()

    def _say(self, key: str, **values: object) -> str:
        return self._says[key].format(**values)

    def _list(self, head: str, articles: Sequence[Listed]) -> str:
        return "\n".join([head, *(f"- {_line(article)}" for article in articles)])

    def _count(self) -> str:
        n = self._library.count()
        said = self._say("count_one") if n == 1 else self._say("count", n=f"{n:,}")
        return " ".join(filter(None, (said, self._days())))

    def _days(self) -> str:
        days = self._library.days()
        return self._say("span", first=days[0], last=days[1]) if days and days[0] < days[1] else ""

    def _listing(self) -> str:
        n = self._library.count()
        articles = self._library.some(SHOWN)
        if n == 1:
            return self._list(self._say("listing_one"), articles)
        key = (
            "listing"
            if n <= SHOWN
            else "listing_newest"
            if articles[0].published
            else "listing_some"
        )
        head = self._say(key, n=f"{n:,}")
        return self._list(head, articles)

    def _span(self) -> str:
        return self._count() if self._library.days() else self._say("no_days")

    def _end(self, key: str, found: Callable[[int], Sequence[Listed]]) -> str:
        articles = found(1)
        if not articles:
            return self._undated()
        [article] = articles
        return self._say(key, article=_named(article), day=article.published)

    def _news(self) -> str:
        articles = self._library.newest(SHOWN)
        return self._list(self._say("news"), articles) if articles else self._undated()

    def _undated(self) -> str:
        return f"{self._say('no_days')} {self._listing()}"

    def _happened(self) -> str | None:
        """The articles of some days; where there are none, the newest."""
        days = self._library.days()
        if not days:
            return self._undated()
        period = _time_in(self._asked.when or "", self._asked.language, self._as_of or days[1])
        if not period:
            return None
        articles = self._library.newest(SHOWN, period.start, period.end)
        if not articles:
            return self._list(self._say("happened_none"), self._library.newest(SHOWN))
        dates = {"first": period.start, "last": period.end}
        day = "_day" if period.start == period.end else ""
        if self._asked.kind == "counted":
            n = self._library.count(period.start, period.end)
            head = (
                self._say("counted_one")
                if n == 1
                else self._say(f"counted{day}", n=f"{n:,}", **dates)
            )
            return self._list(f"{head.rstrip('.:')}:", articles) if n <= SHOWN else head
        return self._list(self._say(f"happened{day}", **dates), articles)

    def _mentioned(self) -> str:
        topic = self._asked.topic or ""
        mentions = self._library.mentioning(topic, SHOWN)
        count, newest = mentions.count, mentions.newest
        many = {0: "_none", 1: "_one"}.get(count, "" if count <= SHOWN else "_newest")
        if count > SHOWN and not newest[0].published:
            many = ""
        return self._list(self._say(f"mentioned{many}", n=f"{count:,}", x=topic), newest)

    def _author(self) -> str:
        return self._of_one(self._by_whom)

    def _published(self) -> str:
        return self._of_one(self._on_which_day)

    def _by_whom(self, article: Listed) -> str:
        author = self._library.author(article)
        key = "author" if author else "no_author"
        return self._say(key, article=_named(article), author=author)

    def _on_which_day(self, article: Listed) -> str:
        key = "published" if article.published else "no_day"
        return self._say(key, article=_named(article), day=article.published)

    def _of_one(self, say: Callable[[Listed], str]) -> str:
        """The reply about the article meant; where that is unclear, about each of a few."""
        if topic := self._asked.topic:
            article = self._library.about(topic)
            return say(article) if article else self._say("no_such", x=topic)
        if article := self._cited_last():
            return say(article)
        if self._library.count() <= SHOWN:
            return "\n".join(map(say, self._library.some(SHOWN)))
        return self._say("which")

    def _cited_last(self) -> Listed | None:
        """The article that the last answer quoted first."""
        said = (turn.content for turn in reversed(self._history) if turn.role == "assistant")
        return next((a for text in said if (a := self._library.quoted(text))), None)


def _named(article: Listed) -> str:
    title = " ".join(article.title.split())
    return f"“{title}” ({article.source})" if title else article.source


def _line(article: Listed) -> str:
    """An article in a list: its title, its day where it has one, its source."""
    title = " ".join(article.title.split())
    facts = (title, str(article.published or ""), article.source)
    return " · ".join(filter(None, facts))
