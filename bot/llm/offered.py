"""The names of the models that a server with OpenAI's API offers."""

import json
from urllib.request import Request, urlopen

PATIENCE = 1.0
"""Seconds; somebody is waiting for a completion."""


def models_offered(server: str, key: str | None) -> list[str]:
    """The models that a server lists; raises OSError or ValueError where it does not.

    `server` is the address that the settings name, which is http or https.
    """
    base, _, query = server.partition("?")
    address = f"{base.rstrip('/')}/models{'?' if query else ''}{query}"
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    with urlopen(Request(address, headers=headers), timeout=PATIENCE) as reply:  # noqa: S310
        listed = json.load(reply)
    return sorted(str(model["id"]) for model in listed["data"])
