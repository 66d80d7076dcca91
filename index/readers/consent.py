"""Dialogs that ask for consent to cookies: taken out of pages, and told from articles."""

import re
from collections.abc import Iterable
from typing import Any

_NAMES = re.compile(
    r"cookie|consent|gdpr|ccpa|onetrust|didomi|usercentrics|trustarc|truste|quantcast|qc-cmp|cmp[-_]"
    r"|cmpbox|sp_message|cybot|iubenda|klaro|tarteaucitron|axeptio|privacy[-_]?(?:banner|modal|"
    r"dialog|wall|manager|notice|popup)|data-?protection|datenschutz[-_]",
    re.IGNORECASE,
)
_WORDS = re.compile(
    r"cookies?\b|consent|privacy|personal(?:ised|ized)? (?:data|ads?|content|advertising)|"
    r"\b(?:partners?|vendors)\b|legitimate interest|geolocation|ad measurement|identifiers|"
    r"Einwilligung|Zustimmung|Datenschutz|personenbezogene|personalisier|Tracking|Werbung|Partner\b|"
    r"consentement|confidentialité|données personnelles|informations personnelles|partenaires|"
    r"témoins|consentimiento|privacidad|datos personales|socios|"
    r"consenso|informativa|dati personali|toestemming|persoonsgegevens|samtykke|samtycke|"
    r"personoplysninger|personuppgifter|consentimento|dados pessoais|zgod[aęy]|prywatności|"
    r"согласие|персональн|同意|隐私|プライバシー|クッキー",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"\b(?:we|our|us|you|your|accept|wir|unsere?n?|sie|ihre?|nous|nos|notre|vous|votre|vos|"
    r"nosotros|nuestros?|usted|su|noi|nostri|vi|vår|vores|du|din|wij|onze|uw|my|nasi|twoj\w+|"
    r"мы|наши|вы|nós|nossos)\b|我们|您|当社|お客様",
    re.IGNORECASE,
)
"""Dialogs speak to their readers; news of cookies does not."""
_COOKIES = re.compile(r"cookie|témoins|tracking|privacy|consent|クッキー|隐私", re.IGNORECASE)
_ARTICLE = ".//article|.//main|.//*[@itemprop='articleBody']|.//h1"
LONGEST = 6_000
"""Characters of a dialog; a longer text of that kind is an article, or a page's own policy."""
DENSE = 250
"""Characters for each of its words that a dialog has at most."""


def without_dialogs(page: Any) -> bool:
    """Take the dialogs that ask for consent out of a page's tree; whether there was one."""
    found = False
    for element in [*page.iter()]:
        inside = isinstance(element.tag, str) and element.getparent() is not None
        if inside and _may_be_dialog(element) and is_consent(_text(element)):
            found = _drop(element) or found
    return found


def _drop(dialog: Any) -> bool:
    if _holds_article(dialog):
        return False
    dialog.drop_tree()
    return True


def is_consent(text: str) -> bool:
    """Whether a text does nothing but ask for consent to cookies."""
    if not text or len(text) > LONGEST:
        return False
    found = len(_WORDS.findall(text))
    dense = found >= 3 and len(text) <= DENSE * found and bool(_COOKIES.search(text))
    return dense and len(_ADDRESS.findall(text)) >= 3


def is_only_consent(paragraphs: Iterable[str]) -> bool:
    """Whether no paragraph of a page, but its headings, is anything else."""
    long = [p for p in paragraphs if len(p) > 60]
    asking = sum(len(p) for p in long if len(_WORDS.findall(p)) >= 2)
    return is_consent("\n".join(long)) and 2 * asking >= sum(map(len, long))


def _may_be_dialog(element: Any) -> bool:
    if element.tag in ("html", "body", "main", "article", "head"):
        return False
    if element.tag == "dialog" or element.get("role") in ("dialog", "alertdialog"):
        return True
    facts = (element.get(key) or "" for key in ("id", "class", "aria-label"))
    return bool(_NAMES.search(" ".join(facts)))


def _holds_article(element: Any) -> bool:
    """Whether an element holds more than a dialog, such as one around the whole page."""
    return any(
        not is_consent(_text(inner)) and len(_text(inner)) > 200
        for inner in element.xpath(_ARTICLE)
    )


def _text(element: Any) -> str:
    return " ".join(" ".join(element.itertext()).split())
