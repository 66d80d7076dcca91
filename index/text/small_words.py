"""Words that a question has whatever it is about, by the language that it is in.

English ones are left out of the index (`analyzer.py`). Those of other languages stay in it, as
"war" means something in English; they are left out of questions in their own language.
"""

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from index.text.analyzer import STOP

if TYPE_CHECKING:
    from tantivy import TextAnalyzer

LANGUAGES = (
    *("danish", "dutch", "finnish", "french", "german", "hungarian", "italian", "norwegian"),
    *("portuguese", "russian", "spanish", "swedish"),
)
"""Those whose small words tantivy knows, but for English."""
ASKING = {
    "french": "combien quel quelle quels quelles qui quand où pourquoi comment a-t-il",
    "german": "wer wen wem wann warum wieso viel viele welche welcher welches wurde wurden",
    "italian": "chi quando dove perché quanto quanti quanta quante quale quali",
    "portuguese": "quem quando onde quanto quantos quanta quantas qual quais",
    "russian": "кто что когда где почему сколько какой какая какие каков чей стал во",
    "spanish": "quién cuándo dónde cuánto cuánta cuántos cuántas cuál cuáles qué cómo tras",
}
"""Small words of questions that are not among tantivy's."""
_AMBIGUOUS = frozenset(
    (
        *("are", "come", "den", "die", "dove", "en", "fare", "hat", "her", "man", "men", "met"),
        *("mine", "mot", "over", "per", "pour", "sin", "son", "sue", "under", "van", "war", "vi"),
    )
)
"""Small words of other languages that mean something in English."""
_IN_NAMES = frozenset(
    (
        *("da", "das", "de", "del", "della", "den", "der", "di", "die", "du", "el", "het"),
        *("il", "la", "las", "le", "les", "los", "san", "van", "von"),
    )
)
"""Those that names in English texts have."""
_WORD = re.compile(r"[^\W\d_]+")


def without_small_words(question: str) -> str:
    """A question without the small words of its language, unless that is English or unknown."""
    small = small_words(question)
    kept = _WORD.sub(lambda w: "" if w[0].lower() in small else w[0], question) if small else ""
    return kept if _WORD.search(kept) else question


@lru_cache(maxsize=1_000)
def small_words(question: str) -> frozenset[str]:
    """The small words of a question in another language than English; none where it is English."""
    words = frozenset(word.lower() for word in _WORD.findall(question))
    language = max(LANGUAGES, key=lambda each: len(_small_in(words, each)))
    found = _small_in(words, language)
    telling = found - STOP - _AMBIGUOUS
    asks = not found.isdisjoint(_asking(language))
    is_sure = bool(telling - _IN_NAMES) and (len(telling) > 1 or asks or not question.isascii())
    return found if is_sure and len(telling) > len((words & STOP) - found) else frozenset()


def _small_in(words: frozenset[str], language: str) -> frozenset[str]:
    """The words that are small ones in a language."""
    left = frozenset(_analyzer(language).analyze(" ".join(words)))
    return (words - left) | (words & _asking(language))


def _asking(language: str) -> frozenset[str]:
    return frozenset(ASKING.get(language, "").split())


@lru_cache(maxsize=len(LANGUAGES))
def _analyzer(language: str) -> "TextAnalyzer":
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer  # noqa: PLC0415

    return TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.stopword(language)).build()
