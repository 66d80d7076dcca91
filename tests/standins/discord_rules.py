"""Discord's own limits, as its documentation gives them, and how it words a refusal.

Text is counted in UTF-16 units, the stricter of the two ways that are seen in the wild.
"""

from collections.abc import Iterator
from typing import Any

Body = dict[str, Any]
CONTENT, EMBEDS, EMBED_TEXT, NONCE = 2000, 10, 6000, 25
ROWS, BUTTONS, CUSTOM_ID, LABEL, OPTIONS = 5, 5, 100, 80, 25
MODAL_TITLE, MODAL_ROWS, CHOICES, THREAD_NAME = 45, 5, 25, 100
ACTION_ROW, BUTTON, STRING_SELECT, TEXT_INPUT, LABEL_ROW = 1, 2, 3, 4, 18
SELECTS = {STRING_SELECT, 5, 6, 7, 8}
LINK, URL = 5, 512
TEXT, CARD_PARTS, CARD_TEXT = 10, 40, 4000
V2 = 1 << 15


class RefusedError(Exception):
    """What Discord answers instead: a status, a code of its own, a sentence."""

    def __init__(self, status: int, code: int, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"code": code, "message": message} | more


def invalid(where: str, why: str) -> RefusedError:
    """A body that Discord does not take, with the place that is wrong."""
    errors: Body = {"_errors": [{"code": 50035, "message": why}]}
    for part in reversed(where.split(".")):
        errors = {part: errors}
    return RefusedError(400, 50035, "Invalid Form Body", errors=errors)


def length(text: str | None) -> int:
    """UTF-16 units."""
    return len((text or "").encode("utf-16-le", "surrogatepass")) // 2


def check_message(body: Body, files: int = 0, editing: bool = False) -> None:
    """Raise RefusedError where a message breaks a limit or says nothing."""
    embeds, components = body.get("embeds") or [], body.get("components") or []
    _at_most("content", body.get("content"), CONTENT)
    _few("embeds", embeds, EMBEDS)
    if sum(map(_check_embed, embeds)) > EMBED_TEXT:
        raise invalid("embeds", f"Embed size exceeds maximum size of {EMBED_TEXT}")
    if (body.get("flags") or 0) & V2:
        check_card(body)
    else:
        check_components(components)
    nonce = body.get("nonce")
    _at_most("nonce", nonce if isinstance(nonce, str) else "", NONCE)
    said = (body.get("content") or "").strip() or embeds or components or files
    if not said and not editing:
        raise RefusedError(400, 50006, "Cannot send an empty message")


def check_card(body: Body) -> None:
    """Raise RefusedError for a card that says something elsewhere, or more than it may."""
    for name in ("content", "embeds", "poll", "sticker_ids"):
        if body.get(name):
            raise invalid(name, "The 'content' field cannot be used when using components v2.")
    parts = list(_walk(body.get("components") or []))
    _few("components", parts, CARD_PARTS)
    if sum(length(part.get("content")) for part in parts if part["type"] == TEXT) > CARD_TEXT:
        raise invalid("components", f"Displayable text must be {CARD_TEXT} or fewer in length.")
    seen: set[str] = set()
    for n, part in enumerate(parts):
        if part["type"] == TEXT and not (part.get("content") or "").strip():
            raise invalid(f"components.{n}.content", "This field is required")
        if part["type"] == ACTION_ROW:
            _check_row(f"components.{n}", part.get("components", []), seen)


def _walk(components: list[Body]) -> Iterator[Body]:
    for part in components:
        yield part
        yield from _walk(part.get("components", []))


def check_components(rows: list[Body]) -> None:
    """Raise RefusedError for more rows, buttons or letters than a message may carry."""
    _few("components", rows, ROWS)
    seen: set[str] = set()
    for n, row in enumerate(rows):
        if row["type"] != ACTION_ROW:
            raise invalid(f"components.{n}.type", 'Value of field "type" must be one of (1,).')
        _check_row(f"components.{n}", row.get("components", []), seen)


def _check_row(where: str, parts: list[Body], seen: set[str]) -> None:
    _few(f"{where}.components", parts, BUTTONS)
    if not parts or (len(parts) > 1 and any(part["type"] in SELECTS for part in parts)):
        raise invalid(where, "Must be up to five buttons or one menu.")
    for part in parts:
        _check_part(where, part, seen)


def _check_part(where: str, part: Body, seen: set[str]) -> None:
    _at_most(f"{where}.label", part.get("label"), LABEL)
    _few(f"{where}.options", part.get("options") or [], OPTIONS)
    if part["type"] == BUTTON and part.get("style") == LINK:
        if not part.get("url") or part.get("custom_id"):
            raise invalid(where, "A link button needs a url and no custom_id.")
        _at_most(f"{where}.url", part["url"], URL)
        return
    custom_id = part.get("custom_id") or ""
    if not 1 <= length(custom_id) <= CUSTOM_ID:
        raise invalid(f"{where}.custom_id", f"Must be between 1 and {CUSTOM_ID} in length.")
    if custom_id in seen:
        raise invalid(f"{where}.custom_id", "Component custom id cannot be duplicated")
    if part["type"] == BUTTON and not (part.get("label") or part.get("emoji")):
        raise invalid(where, "A button needs a label or an emoji.")
    seen.add(custom_id)


def check_modal(modal: Body) -> None:
    """Raise RefusedError for a form that Discord would not open."""
    _at_most("title", modal.get("title"), MODAL_TITLE)
    _at_most("custom_id", modal.get("custom_id"), CUSTOM_ID)
    if not 1 <= len(modal.get("components", [])) <= MODAL_ROWS:
        raise invalid("components", f"Must be between 1 and {MODAL_ROWS} in length.")


def inputs(modal: Body) -> Iterator[Body]:
    """The fields of a form."""
    for row in modal.get("components", []):
        yield from row.get("components") or [row["component"]] if row["type"] != 10 else []


def _check_embed(embed: Body) -> int:
    """How many characters it counts."""
    fields, footer = embed.get("fields") or [], embed.get("footer") or {}
    author = embed.get("author") or {}
    limits = [
        ("title", embed.get("title"), 256),
        ("description", embed.get("description"), 4096),
        ("footer.text", footer.get("text"), 2048),
        ("author.name", author.get("name"), 256),
        *[("fields.name", f.get("name"), 256) for f in fields],
        *[("fields.value", f.get("value"), 1024) for f in fields],
    ]
    _few("embeds.fields", fields, 25)
    for where, text, limit in limits:
        _at_most(f"embeds.{where}", text, limit)
    return sum(length(text) for _, text, _ in limits)


def _at_most(where: str, text: str | None, limit: int) -> None:
    if length(text) > limit:
        raise invalid(where, f"Must be {limit} or fewer in length.")


def _few(where: str, items: list[Any], limit: int) -> None:
    if len(items) > limit:
        raise invalid(where, f"Must be {limit} or fewer in length.")
