"""Sums of what an article says, which the manifest keeps beside it."""

import hashlib
import json

from index.article import Article


def content_hash(article: Article) -> bytes:
    """SHA-256 of everything that is read of an article."""
    published = article.published.isoformat() if article.published else ""
    places = json.dumps(article.places)
    parts = (article.title, published, article.url or "", article.author or "", places)
    return digest(*(part.encode() for part in (*parts, article.text))).digest()


def body_hash(article: Article) -> str:
    """SHA-256 of the article's title and text, in hexadecimal."""
    return digest(article.title.encode(), article.text.encode()).hexdigest()


def digest(*parts: bytes) -> "hashlib._Hash":
    """SHA-256 of several texts and of where each one ends."""
    found = hashlib.sha256()
    for part in parts:
        found.update(len(part).to_bytes(8, "big") + part)
    return found
