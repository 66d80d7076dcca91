"""What a server logs, on standard error: lines for a person at a terminal, else JSON, one a line.

Nothing here looks at what people write, and the library's own debugging, which would log every
message, stays off. No key or token is ever written.
"""

import json
import logging
import re
from collections.abc import Collection
from datetime import UTC, datetime
from typing import TextIO

from bot.config import Config

_PLAIN = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
_INTERACTION = re.compile(r"(/(?:webhooks|interactions)/\d+/)[\w.%-]+")
"""An address that holds the token with which an interaction is answered."""
_HIDDEN = "[hidden]"


def log_to(stream: TextIO, config: Config) -> None:
    """Log to the stream from now on, as the settings say."""
    made_for_people = stream.isatty()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Discreet(config.secrets, as_json=not made_for_people))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    level = logging.getLevelNamesMapping()[config.log_level.upper()]
    root.setLevel(max(level, logging.INFO))  # of other people's code
    for room in ("bot", "index"):
        logging.getLogger(room).setLevel(level)


class _Discreet(logging.Formatter):
    """Writes records without secrets."""

    def __init__(self, secrets: Collection[str], as_json: bool) -> None:
        super().__init__(_PLAIN)
        self._secrets = secrets
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line, or for a person with its traceback below it."""
        written = self._object(record) if self._as_json else super().format(record)
        for secret in self._secrets:
            written = written.replace(secret, _HIDDEN)
        return _INTERACTION.sub(rf"\1{_HIDDEN}", written)

    def _object(self, record: logging.LogRecord) -> str:
        said = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            said["error"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False)
