from datetime import date

import pytest

from bot.verification.citations import numbered
from bot.verification.claims import claims
from bot.verification.evidence import Evidence
from bot.verification.verifier import Verifier
from index.article import Passage
from index.embedding.similarity import Words
from index.embedding.static import StaticEmbedder

TEXT = (
    "Ana Ruiz signed with the Herons for $4.5 million. "
    "Bo Lind got $3 million from the Otters. The union was pleased with both."
)
EVIDENCE = Evidence([Passage("a.txt", "Signings", date(2024, 5, 1), None, TEXT, 0, len(TEXT))])


@pytest.fixture(scope="module")
def words() -> Words:
    return Words(StaticEmbedder())


def test_without_a_judge_the_rows_of_a_table_become_the_quotes_they_rest_on(words: Words) -> None:
    draft = (
        "| Player | Team | Pay |\n|---|---|---|\n"
        "| Ana Ruiz | Herons | $4.5 million [1] |\n| Bo Lind | Otters | $3 million [1] |"
    )
    parts = Verifier(EVIDENCE, words).parts(claims(draft, 1), {})
    text, [citation] = numbered(parts, EVIDENCE)
    assert text == (
        "Ana Ruiz signed with the Herons for $4.5 million. [1]\n"
        "Bo Lind got $3 million from the Otters. [1]"
    )
    assert citation.quote == TEXT.partition(" The union")[0]


def test_without_a_judge_a_row_that_no_sentence_says_is_left_out(words: Words) -> None:
    draft = "| Player | Team |\n|---|---|\n| Cy Marsh | Falcons [1] |"
    assert numbered(Verifier(EVIDENCE, words).parts(claims(draft, 1), {}), EVIDENCE) == ("", ())
