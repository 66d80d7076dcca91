"""Everything that can go wrong, as a person should read it.

DatelineError               one line that says what is wrong and what to do
├── UsageError              the request cannot be carried out as written
├── ArticlesError           the articles cannot be read
└── StoreError              the store cannot be read or written
    └── StoreBusyError      another process is writing to it
"""


class DatelineError(Exception):
    """One line for a person: what is wrong, and what to do about it."""


class UsageError(DatelineError):
    """The request cannot be carried out as written: an empty question, an unknown source."""


class ArticlesError(DatelineError):
    """The articles cannot be read: the folder is missing, unreadable or holds none."""


class StoreError(DatelineError):
    """The store cannot be read or written: no permission, damaged, from a newer version."""


class StoreBusyError(StoreError):
    """Another process is writing to the store."""
