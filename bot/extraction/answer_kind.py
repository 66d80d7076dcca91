"""What kind of answer a question asks for, read off its words alone."""

import re
from collections.abc import Iterator
from enum import StrEnum

from bot.conversation.request import cleaned
from bot.extraction import answer_kind_foreign as abroad
from bot.extraction.language import is_foreign, may_be_foreign
from index.text.analyzer import terms


class Kind(StrEnum):
    """The kind of answer asked for."""

    MONEY = "money"
    SHARE = "share"
    NUMBER = "number"
    YEAR = "year"
    DATE = "date"
    NAME = "name"
    REASON = "reason"
    OTHER = "other"


_ASKS = {
    Kind.MONEY: r"\bhow (?:much|many)\b.*\b(?:pay|paid|costs?|price|worth|fined?|money|sum|dollars|"
    r"raised?|spen[dt]|earn\w*)\b|\bhow much (?:did|does|will|was|is)\b",
    Kind.SHARE: r"\b(?:what|which|how (?:many|much)) (?:percent(?:age)?|per cent|share|fraction|"
    r"proportion)\b",
    Kind.NUMBER: r"\bhow (?:many|much|old|long|far|tall|big|often|fast|high|large)\b"
    r"|\bwhat (?:number|age|amount)\b",
    Kind.YEAR: r"\b(?:what|which) year\b",
    Kind.DATE: r"\bwhen (?:did|does|do|is|was|will|were|are|has|have)\b"
    r"|\b(?:since|from|until|by) (?:what|which|when)\b|\b(?:when|since)[?:]?\s*$"
    r"|\b(?:what|which) (?:date|day|month|time)\b",
    Kind.REASON: r"\bwhy\b|\bhow come\b|\bwhat (?:reason|caused?)\b",
    Kind.NAME: r"\b(?:who|whose|whom|where|which)\b|\bname of\b|\bnamed\b|\bwhat (?:country|city|"
    r"state|nation|place|company|team|film|movie|show|song|album|actor|artist|brand|person)\b"
    r"|\b(?:called|titled|named?)[?:]?\s*$",
}
_ASKS_RE = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _ASKS.items()}

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*"
_COUNT_WORDS = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|hundreds?|"
    r"thousands?|[mb]illions?|trillions?|half|third|quarter|once|twice|first|second)"
)
_CURRENCY = (
    "dollars?|euros?|pounds?|pence|cents?|crowns?|kron(?:er|or|e|a|ur)|francs?|yen|yuan|renminbi|rupees?"
    "|roubles?|rubles?|rand|pesos?|reais|liras?|zlot(?:y|ys|ies)|koruna|forints?|hryvnias?|dirhams?"
    "|riyals?|rials?|dinars?|shillings?|naira|cedis?|shekels?|baht|dong|rupiah|ringgit|leva?|lei"
    "|taka"
)
_CODE = (
    "USD|EUR|GBP|CHF|SEK|NOK|DKK|PLN|CZK|JPY|CNY|INR|AUD|CAD|NZD|ZAR|BRL|MXN|RUB|TRY|KRW|UAH|HUF|Rs"
)
_ANSWERS = {
    Kind.MONEY: re.compile(
        rf"[$£€¥₹₩₺₽₴]\s?\d|\b(?:{_CODE})\s?\d|\b\d[\d,.]*\s?(?:{_CURRENCY}|{_CODE})\b"
        r"|\b[mbtr]+illion"
    ),
    Kind.SHARE: re.compile(r"\d\s?%|\bper ?cent\b"),
    Kind.NUMBER: re.compile(rf"\d[\d,.]*|\b{_COUNT_WORDS}\b", re.IGNORECASE),
    Kind.YEAR: re.compile(r"\b(?:1[5-9]|20)\d\d\b"),
    Kind.DATE: re.compile(
        rf"\b{_MONTH}\b|\b(?:1[89]|20)\d\d\b|\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b"
        r"|\b(?:this|last|next|earlier|coming) (?:day|week|weekend|month|year|decade)s?\b"
        r"|\b(?:yesterday|today|tonight|tomorrow)\b"
    ),
    Kind.NAME: re.compile(r"(?<![.!?“\"] )(?<!^)\b[A-Z][\w’'-]+"),
    Kind.REASON: re.compile(
        r"\b(?:because|due to|after|amid|over|since|cit(?:ed|ing)|concerns?|fears?|so that|"
        r"reasons?|in order to|as a result|caused?|to protest|in response)\b",
        re.IGNORECASE,
    ),
}

_WHO = re.compile(r"\s*who(?:m|se)?\b", re.IGNORECASE)
_AMOUNT = re.compile(
    r"\bwhat (?:is|was|were|are) the (?:[\w’'-]+ )*?(?:toll|number|cost|price|total|size|length|"
    r"height|weight|speed|turnout|budget|salary|fine|ransom|rate|magnitude)\b",
    re.IGNORECASE,
)
_AGE = re.compile(r"\bhow old\b", re.IGNORECASE)
_ASKS_FOR_MORE = re.compile(r"\b(?:who|whom|whose|what|which|when|where|why|how)\b", re.IGNORECASE)

MAX_PARTS = 4
_PART = re.compile(
    r"\?\s+|[,;]?\s+and\s+(?=(?:who|whom|whose|what|which|when|where|why|how)\b)", re.IGNORECASE
)


def kind_of(question: str) -> Kind:
    """The kind of answer `question` asks for; OTHER when its words do not say."""
    found = next((kind for kind, asks in _ASKS_RE.items() if asks.search(question)), None)
    if found or not is_foreign(question):
        return found or Kind.OTHER
    return next((Kind(k) for k, asks in abroad.asks().items() if asks.search(question)), Kind.OTHER)


def answers_kind(sentence: str, kind: Kind) -> Iterator[str]:
    """The words in `sentence` that could be an answer of `kind`; none for OTHER."""
    if pattern := _ANSWERS.get(kind):
        yield from (found.group() for found in pattern.finditer(sentence))
    if (pattern := abroad.answers().get(kind)) and may_be_foreign(sentence):
        yield from (found.group() for found in pattern.finditer(sentence))


def one_thing_asked(question: str) -> Kind | None:
    """Whether a figure, date or person is asked for, on which articles can differ; else None.

    Ages are none of them: they differ by themselves with time.
    """
    kind = kind_of(question)
    if kind is Kind.OTHER:
        return Kind.NUMBER if _AMOUNT.search(question) else None
    if kind is Kind.REASON or _AGE.search(question):
        return None
    return kind if kind is not Kind.NAME or _WHO.match(question) else None


def only_repeats(said: str, question: str) -> bool:
    """Whether `said` tells nothing beyond the words of a question that asks for more than yes."""
    return bool(_ASKS_FOR_MORE.search(question)) and {*terms(said)} <= {*terms(question)}


def parts_of(question: str) -> list[str]:
    """The separate questions in `question`, in order; one when it asks a single thing.

    Thanks and the like are none.
    More than MAX_PARTS are taken as one: each costs a search.
    """
    parts = [part.strip() for part in _PART.split(question)]
    parts = [part for part in parts if cleaned(part)]
    return parts if 1 <= len(parts) <= MAX_PARTS else [question]
