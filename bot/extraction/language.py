"""Whether a text is in English, which the reader and the rules for clauses are made for.

Other languages are told by their letters, or by the small words that they are full of.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from index.scripts import HANGUL, UNSPACED

_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_OTHER = re.compile(rf"[{UNSPACED}{HANGUL}\u0370-\u03ff\u0400-\u052f\u0590-\u06ff\u0900-\u0dff]")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_ENGLISH = frozenset(
    "the of and to is are were has have had that with for it he she they his her their from by at "
    "be been this not on an as but or who what when where why how which whose did does do can could "
    "would should said says its i you we my your our there about after before because into than "
    "will was in a no so if all more most one two us me him them out up over under also".split()
)
_FOREIGN = frozenset(
    # German
    "der die das und ist ein eine einen einem einer nicht mit von für auf dem den des im zu sich "
    "wird wurde wurden werden hat haben sagte weil dass bei nach seit aus wer wie wo wann warum wieso "
    "welche welcher welches wem wen wieviel viel kostet sind oder auch noch nur über zum zur "
    # French
    "le la les et est une des du dans pour que qui au aux sur il elle ont sont pas par ne se ce "
    "cette quoi où quand comment pourquoi quel quelle combien était parce "
    # Spanish, Portuguese, Italian
    "el los las y es un una en por con del al se para su lo no como más pero fue han quién qué "
    "cuándo dónde cómo cuánto cuánta cuál porque está um uma os as não com quem quando onde quanto "
    "por porquê foi são il gli di che è sono della nel chi dove perché quale quanto quanti era "
    # Dutch, Danish, Norwegian, Swedish
    "het een van voor wordt werd niet zijn waarom wanneer wie waar hoeveel wat og det er en et på af "
    "ikke som har hvem hvad hvor hvornår hvorfor jag och att är den med inte vem vad när var "
    "varför hur blev sade sagde sa også "
    # Polish, Czech, Turkish
    "na nie się jest że kto kiedy gdzie dlaczego ile jak je se že kdo kdy kde "
    "proč kolik ve bir bu için kim ne zaman nerede neden kaç".split()
)
_EITHER = (_ENGLISH & _FOREIGN) | frozenset(("was", "will", "in", "so", "an", "war"))
_IN_NAMES = frozenset("las los el la le les de der die das het il san den du im les".split())
"""Begin names in English texts, too."""


@lru_cache(maxsize=10_000)
def is_foreign(text: str) -> bool:
    """Whether a text seems to be in another language than English."""
    if not text.isascii():
        other, latin = len(_OTHER.findall(text)), len(_LATIN.findall(text))
        if other > latin:
            return True
    words = _WORD.findall(text[:1000])
    foreign = len({*_foreign_words(words)})
    english = len({word.lower() for word in words} & (_ENGLISH - _EITHER))
    return foreign > english and (foreign > 1 or len(words) < 12)


def _foreign_words(words: Sequence[str]) -> Iterator[str]:
    """The small words of other languages; within a text, those with a capital are names."""
    for place, word in enumerate(words):
        last = place == len(words) - 1
        if word in _FOREIGN and word not in _EITHER and not (word == "die" and last):
            yield word
        elif place == 0 and (low := word.lower()) in _FOREIGN - _EITHER - _IN_NAMES:
            yield low
