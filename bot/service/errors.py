"""What can go wrong with a request, beside what goes wrong anywhere in Dateline."""

import logging

from bot.workers.messages import InsideError
from index.errors import DatelineError, UsageError

LOG = logging.getLogger(__name__)
INSIDE = "something went wrong inside Dateline; its log says what"


class InvalidError(UsageError):
    """The request is not in the form that its schema describes; `field` says where."""

    def __init__(self, line: str, field: str = "") -> None:
        super().__init__(line)
        self.field = field


class NotFoundError(UsageError):
    """The request names an article that is not there."""


class BusyError(DatelineError):
    """Too many requests wait already."""


def shown(problem: Exception) -> str:
    """The line to show for a problem; what nobody foresaw goes to the log instead."""
    if isinstance(problem, InsideError) or not isinstance(problem, DatelineError):
        LOG.error("a request failed", exc_info=problem)
        return INSIDE
    return str(problem)
