"""Three short articles that tests of the store index."""

from pathlib import Path

FRUITS = ("apple", "banana", "cherry")


def write(root: Path, name: str, text: str = "") -> Path:
    """Write an article about the fruit that it is named after, unless it has a `text`."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    fruit = path.stem
    path.write_text(text or f"About {fruit}\n\nThe {fruit} harvest was good. Prices fell.\n")
    return path
