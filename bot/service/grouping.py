"""Groups texts that say nearly the same, by the words they share."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from rapidfuzz.fuzz import token_set_ratio

T = TypeVar("T")


def alike_together(items: Iterable[T], text: Callable[[T], str], least: float) -> list[list[T]]:
    """Group items whose texts share at least `least`, of 100, with the first of their group.

    Groups and items keep their order.
    """
    groups: list[list[T]] = []
    for item in items:
        words = text(item).casefold()
        for group in groups:
            if token_set_ratio(words, text(group[0]).casefold()) >= least:
                group.append(item)
                break
        else:
            groups.append([item])
    return groups
