"""Titles, names and texts out of whatever a file holds."""

import re
from contextlib import suppress
from pathlib import Path

from index.text.scripts import composed

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")
_BY_PROGRAMS = re.compile(
    r"""(?:untitled|unbenannt|ohne\ titel|sans\ (?:titre|nom)|s[ie][nm]\ t[ií]tulo
      |senza\ (?:titolo|nome)|naamloos|zonder\ titel|bez\ (?:tytułu|nazwy)|namnlös
      |без\ (?:названия|имени|назви)|başlıksız|无标题|無標題|無題|제목\ 없음|بدون\ عنوان)
      (?:[ -](?:document|page|\d+))*
    | (?:(?:new|neues|nouveau|nuevo|novo|nuovo|nieuw|nowy|nytt|nyt|новый|新建)[ ])?
      (?:microsoft[ ]|office[ ]|(?:rich[ ])?text[ ]?|word[ -]?|openoffice[ ]|libreoffice[ ])*
      (?:documente?|dokumente?|documento|документ|文档|文件|文書|문서|belge|مستند|page|seite|file)
      (?:[ ]microsoft)?(?:[ ]word)?[ _-]*\(?\d{0,3}\)?
    | microsoft[ ](?:office[ ])?(?:word|powerpoint|excel|publisher)\b.*|word|python-docx
    | (?:power ?point|pr[eäé]sent|apresent|презент)\w*(?:[ ]presentation)?[ _-]*\d*
    | (?:slide|folie|layout|print|template|vorlage|normal|scan|home|startseite|accueil|inicio)
      [ _-]*\d*
    | about:blank
    | \S.*\.(?:docx?|dotx?|rtf|odt|pdf|indd|qxp|pages|wpd|tmp|txt|html?|pptx?|xlsx?)
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""Titles that programs give where nobody gave one, and names of files."""
_LISTED = re.compile(r"\[\s*['\"].*['\"]\s*\]", re.DOTALL)
_QUOTED = re.compile(r"'([^']+)'(?=\s*[,\]])|\"([^\"]+)\"(?=\s*[,\]])")
_BY = re.compile(r"^by\s+", re.IGNORECASE)
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


def clean(text: str) -> str:
    """`text` with "\\n" line ends and no control characters."""
    return composed(_CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def tidy(text: str) -> str:
    """`text` cleaned and keepable, and without what would turn the words after it round."""
    return _TURNING.sub("", keepable(clean(text)))


def keepable(text: str) -> str:
    """`text` composed (NFC), with what no database and no encoding takes replaced, one for one."""
    text = composed(text)
    with suppress(UnicodeEncodeError):
        text.encode()  # which is told in a tenth of the time that searching takes
        if "\0" not in text:
            return text
    return _UNKEEPABLE.sub("\ufffd", text)


def flat(text: str) -> str:
    """`text` tidied, in one line."""
    return " ".join(tidy(text).split())


def title_of(text: str) -> str:
    """The first line that is not empty, when it reads like a title; otherwise ""."""
    first = re.search(r"[^\n]*\S[^\n]*", text)
    if first is None:
        return ""
    title = first.group().strip()
    alone = re.match(r"\n[^\S\n]*(?:\n|$)|$", text[first.end() : first.end() + 200])
    short = len(title) <= 100 and not title.endswith(".")
    return title if len(title) <= 200 and (alone or short) else ""


def given_title(fact: str | None) -> str:
    """The title that a file gives to itself, in one line; nothing where a program made it."""
    title = flat(fact or "")
    return "" if _BY_PROGRAMS.fullmatch(title) else title


def title_of_file(path: Path) -> str:
    """The file's name as words."""
    return re.sub(r"[\s_-]+", " ", path.stem).strip() or path.name


def string(value: object) -> str | None:
    """A text or whole number, or None where there is none."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return None
    return keepable(value).strip() or None


def line(value: object) -> str:
    """A text or whole number in one line, empty where there is none."""
    return " ".join((string(value) or "").split())


def names(value: object) -> str | None:
    """Who wrote it: one name, or several in a list, which may be written as a program shows it."""
    if isinstance(value, str) and _LISTED.fullmatch(value.strip()):
        value = [name[1] or name[2] for name in _QUOTED.finditer(value)]
    several = value if isinstance(value, list) else [value]
    found = (_BY.sub("", line(_name_of(person))) for person in several)
    return ", ".join(name for name in found if name and not name.isdecimal()) or None


def _name_of(person: object) -> object:
    """The name of a person who has other facts beside it; a mere number is no name."""
    return person.get("name") or person.get("display_name") if isinstance(person, dict) else person
