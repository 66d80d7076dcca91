"""What a judge is asked about a draft, and what it says."""

from dataclasses import dataclass

from bot.verification.evidence import EvidenceSentence


@dataclass(frozen=True, slots=True)
class DraftSentence:
    """A sentence of a draft; `cites` are the passages it names, `problem` what is surely wrong.

    Where `judged` is false it is only read with the others, as a heading is.
    """

    text: str
    cites: tuple[int, ...] = ()
    problem: str = ""
    judged: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judge says of a sentence: `why` and `corrected` are the model's own words.

    `evidence` may be empty even where the sentence is supported, if the model named none.
    """

    supported: bool
    evidence: tuple[EvidenceSentence, ...]
    why: str
    corrected: str
