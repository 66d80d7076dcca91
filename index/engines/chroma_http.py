"""Vectors into passage ids: the dense index of `index/engines/chroma.py`, on a Chroma server.

It speaks Chroma's HTTP API itself, because Chroma's own client waits for ever on a server that
says nothing, and hides why one refuses.
"""

import json
import time
from base64 import b64encode
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, urlsplit, urlunsplit

import numpy as np
from numpy.typing import NDArray

from index.engines.chroma import HNSW
from index.errors import VectorsError, mark_damaged

if TYPE_CHECKING:
    from httpx2 import Client, Response

BATCH = 300
"""Vectors a request: Chroma Cloud takes no more, and more are no quicker elsewhere."""
SAVED_AFTER = 20_000
"""New vectors after which the server writes its whole graph down; it is seldom started again."""
CONNECT_SECONDS = 3.0
SECONDS = 60.0
PATIENT = (0.5, 1.0, 2.0, 4.0)
"""Seconds between the attempts to write: a server is back in less when it is started again."""
HASTY = (0.1,)
"""And between those to read, which somebody waits for."""
OVERLOADED = (429, 502, 503, 504)
SHOWN = 200

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ChromaServer:
    """Where a Chroma server is, and what it takes to be let in."""

    url: str = field(repr=False)
    token: str | None = field(default=None, repr=False)
    tenant: str = "default_tenant"
    database: str = "default_database"

    @property
    def address(self) -> str:
        """The address, without the name and password in it."""
        parts = urlsplit(self.url)
        return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))

    @property
    def place(self) -> str:
        """Where its collections are: two with the same one are one and the same."""
        return f"{self.address} {self.tenant} {self.database}"


class ServerVectors:
    """The passages' vectors in one collection of a server, searched by cosine similarity.

    Every method raises VectorsError when the server cannot be reached after a few attempts,
    or refuses. A collection that is lost or broken is marked in `directory`.
    """

    def __init__(self, server: ChromaServer, collection: str, directory: Path) -> None:
        """Nothing is asked of the server yet."""
        self._server = server
        self._name = collection
        self._directory = directory
        self._known_id: str | None = None
        self._http = _client(server)

    def create(self, turn: str) -> None:
        """Make the collection, in which `turn` is the last to have written."""
        wanted = {
            "name": self._name,
            "metadata": {"turn": turn},
            "configuration": {"hnsw": HNSW | {"sync_threshold": SAVED_AFTER}},
            "get_or_create": True,
        }
        self._known_id, _ = self._asked("POST", "", wanted, PATIENT, take=_id_and_turn)

    def drop(self, turns: Collection[str]) -> None:
        """Delete the collection, if it is there and nobody has written since one of `turns`."""
        path = f"/{quote(self._name)}"
        response = self._sent("GET", path, None, HASTY)
        if response.status_code != 404 and self._read(response, _id_and_turn)[1] in turns:
            self._asked("DELETE", path, take=_ignored)

    def begin(self, turn: str) -> None:
        """Note in the collection that `turn` is the last to have written."""
        self._asked("PUT", self._id(), {"new_metadata": {"turn": turn}}, PATIENT, take=_ignored)

    def holds(self, passages: int, turns: Collection[str]) -> bool:
        """Whether it has so many vectors, and nobody has written since one of `turns`."""
        return self._found()[1] in turns and self.count() >= passages

    def add(self, ids: Sequence[int], vectors: NDArray[np.float32]) -> None:
        """Add vectors of shape `(len(ids), dimension)`; they are found at once."""
        for start in range(0, len(ids), BATCH):
            part = slice(start, start + BATCH)
            packed = [b64encode(row.astype("<f4").tobytes()).decode() for row in vectors[part]]
            names = [str(number) for number in ids[part]]
            self._asked(
                "POST",
                f"{self._id()}/add",
                {"ids": names, "embeddings": packed},
                PATIENT,
                take=_ignored,
            )

    def delete(self, ids: Sequence[int]) -> None:
        """Delete these ids; those that are not there are no mistake."""
        for start in range(0, len(ids), BATCH):
            names = [str(number) for number in ids[start : start + BATCH]]
            self._asked("POST", f"{self._id()}/delete", {"ids": names}, PATIENT, take=_ignored)

    def query(self, vector: NDArray[np.float32], k: int) -> list[tuple[int, float]]:
        """The `k` nearest passages as `(id, cosine similarity)`, nearest first."""
        if k < 1:
            return []
        wanted = {
            "query_embeddings": [vector.tolist()],
            "n_results": k,
            "include": ["distances"],
        }
        return self._asked("POST", f"{self._id()}/query", wanted, take=_neighbours)

    def count(self) -> int:
        """How many vectors there are."""
        return self._asked("GET", f"{self._id()}/count", take=int)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    # The way to the server

    def _id(self) -> str:
        if self._known_id is None:
            self._found()
        return f"/{self._known_id}"

    def _found(self) -> tuple[str, str]:
        found = self._asked("GET", f"/{quote(self._name)}", take=_id_and_turn)
        self._known_id = found[0]
        return found

    def _asked(
        self,
        method: str,
        path: str,
        body: object = None,
        pauses: Sequence[float] = HASTY,
        *,
        take: Callable[[Any], T],
    ) -> T:
        """What `take` makes of the reply."""
        response = self._sent(method, path, body, pauses)
        lost = response.status_code == 404 and bool(path)
        if lost or _is_broken(response):
            mark_damaged(self._directory)
            raise VectorsError(
                f"the vectors on the Chroma server at {self._server.address} are "
                f"{'lost' if lost else 'broken'}: run `dateline index` to make them again"
            )
        return self._read(response, take)

    def _sent(self, method: str, path: str, body: object, pauses: Sequence[float]) -> "Response":
        """The response, which is an error or not; asked for again while none comes."""
        import httpx2  # noqa: PLC0415

        content = None if body is None else json.dumps(body)
        for pause in (*pauses, None):
            try:
                response = self._http.request(method, f"/collections{path}", content=content)
                if response.status_code not in OVERLOADED:
                    return response
                why = f"it answers {response.status_code}"
            except httpx2.TransportError as problem:
                why = _first_line(problem)
            if pause is not None:
                time.sleep(pause)
        raise VectorsError(
            f"the Chroma server at {self._server.address} cannot be reached ({why}): "
            "see that it runs, and check CHROMA_URL"
        )

    def _read(self, response: "Response", take: Callable[[Any], T]) -> T:
        here = f"the Chroma server at {self._server.address}"
        if response.status_code in (401, 403):
            wants = "refuses the token" if self._server.token else "wants a token"
            raise VectorsError(f"{here} {wants}: check CHROMA_TOKEN")
        try:
            found = response.json()
            if response.is_success:
                return take(found)
            said = " ".join(str(found["message"]).split())[:SHOWN]
        except (ValueError, LookupError, TypeError) as problem:
            raise VectorsError(
                f"{self._server.address} does not answer as a Chroma server does: check CHROMA_URL"
            ) from problem
        raise VectorsError(f"{here} refuses: {said}")


def _client(server: ChromaServer) -> "Client":
    from httpx2 import Client, Timeout  # noqa: PLC0415

    database = f"/api/v2/tenants/{quote(server.tenant)}/databases/{quote(server.database)}"
    headers = {"Content-Type": "application/json"}
    if server.token:
        headers["X-Chroma-Token"] = server.token
    return Client(
        base_url=server.url + database,
        headers=headers,
        timeout=Timeout(SECONDS, connect=CONNECT_SECONDS),
    )


def _ignored(_: Any) -> None:
    pass


def _id_and_turn(found: Any) -> tuple[str, str]:
    return str(found["id"]), str(found["metadata"]["turn"])


def _neighbours(found: Any) -> list[tuple[int, float]]:
    pairs = zip(found["ids"][0], found["distances"][0], strict=True)
    return [(int(number), 1.0 - distance) for number, distance in pairs]


def _is_broken(response: "Response") -> bool:
    """Whether Chroma itself has failed, and not something on the way to it."""
    try:
        return response.status_code == 500 and response.json()["error"] == "InternalError"
    except (ValueError, LookupError, TypeError):
        return False


def _first_line(problem: Exception) -> str:
    return (str(problem) or type(problem).__name__).splitlines()[0]
