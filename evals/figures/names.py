"""How are figures and groups of questions called where people read them?

Programs use the metric's key, such as `answer_hit` or `hit@5`: `--json` and `--fail-if-worse`.
"""

NAMES = {
    "mrr": "Mean reciprocal rank of sources",
    "hit": "Gold source in the top {k}",
    "recall": "Gold sources found in the top {k}",
    "capped_recall": "Gold sources found, {k} at most",
    "ndcg": "nDCG of the top {k}",
    "answer_recall": "Gold answer in the top {k}",
    "answer_hit": "Right answers",
    "answer_hit_when_answered": "Right answers among those given",
    "f1": "Words shared with gold (F1)",
    "exact_match": "Exactly the gold answer",
    "choice": "Right choices",
    "words": "Words in an answer",
    "cited": "Answers with a citation",
    "citation_verbatim": "Quotes found in their article",
    "citation_precision": "Citations of a gold source",
    "citation_recall": "Gold sources cited",
    "citation_support": "Sentences that quotes support",
    "answered": "Answerable questions answered",
    "decline_precision": "Declines that are right",
    "decline_recall": "Unanswerable questions declined",
    "asked_back": "Unclear questions asked back",
    "unclear_not_answered": "Unclear questions not answered",
    "balance": "Mean of answered and declined",
    "auroc": "Separation by confidence (AUROC)",
    "aurc": "Risk over all coverages (AURC)",
    "ece": "Calibration error (ECE)",
    "seconds_p50": "Median time of an answer",
    "seconds_p99": "Slowest answer in 100 (p99)",
}
"""Every metric without its @k, in the order they are shown."""
MAIN = (
    "answer_hit",
    "answered",
    "decline_recall",
    "citation_support",
    "answer_recall@5",
)
"""The figures that matter most: what `score` prints without `--all`."""
LOWER_IS_BETTER = frozenset({"words", "aurc", "ece", "seconds_p50", "seconds_p99"})

_GROUPS = {
    "all": "All questions",
    "single-turn": "Without earlier turns",
    "multi-turn": "In a conversation",
}


def base(metric: str) -> str:
    """A metric without its @k."""
    return metric.partition("@")[0]


def name_of(metric: str) -> str:
    """The name of a metric for people; the k of one with no @k is left open."""
    key, _, k = metric.partition("@")
    return NAMES[key].format(k=k or "k")


def group_name(group: str) -> str:
    """The name of a group of questions for people."""
    label, _, value = group.partition(":")
    if label == "kind":
        return f"{value.capitalize()} questions"
    return f"Collection {value}" if label == "collection" else _GROUPS.get(group, group)
