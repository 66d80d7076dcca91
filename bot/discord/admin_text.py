"""What administration shows, as Discord's text: state, changes, articles, settings.

Pure formatting; what comes from articles and file names is plain words here.
"""

import math
from collections.abc import Iterable

from bot.discord.guild_index import IndexStatus
from bot.discord.i18n import Translations, languages
from bot.discord.pagination import escaped
from bot.discord.settings import History, ServerSettings
from bot.discord.uploads import PendingUpload
from index.article import Article
from index.readers import Problem
from index.sync.report import SyncReport

SHOWN = 5
"""Articles or problems that are listed."""


def status_text(
    held: IndexStatus,
    settings: ServerSettings,
    channel: int | None,
    *,
    asked: int,
    latency: float,
    words: Translations,
) -> str:
    """The state of the articles of a server or channel, and how much was asked today."""
    if channel in settings.own_channels:
        lines = [words("status_channel", channel=f"<#{channel}>")]
    else:
        lines = [words("status_own" if settings.own_articles else "status_common")]
    if held.is_open:
        lines.append(words("status_articles", articles=held.articles, passages=held.passages))
    if held.progress:
        done, total = held.progress.files, held.progress.total
        lines.append(words("status_indexing", done=done, total=total))
    if held.synced:
        lines.append(words("status_synced", when=f"<t:{int(held.synced)}:R>"))
    if held.failed:
        lines.append(words("sync_failed"))
    limit = words("unlimited") if settings.server_budget is None else settings.server_budget
    lines.append(words("status_asked", questions=asked, limit=limit))
    if math.isfinite(latency):  # Discord has answered once
        lines.append(words("status_latency", milliseconds=round(latency * 1000)))
    return "\n".join([*lines, *_problem_lines(held.problems, words)])


def sync_text(report: SyncReport, words: Translations) -> str:
    """What a sync has changed."""
    done = words(
        "sync_done",
        added=report.added,
        changed=report.changed,
        moved=report.moved,
        removed=report.removed,
        unchanged=report.unchanged,
    )
    lines = [done, *([words("sync_kept")] if report.kept else [])]
    return "\n".join([*lines, *_problem_lines(report.problems, words)])


def waiting_text(
    waiting: PendingUpload, has_own: bool, channel: int | None, words: Translations
) -> str:
    """What is about to be added, and what that will change."""
    lines = [f"- {article_line(article, words)}" for article in waiting.articles[:SHOWN]]
    if more := len(waiting.articles) - SHOWN:
        lines += [f"- {words('more', count=more)}"] if more > 0 else []
    lines.insert(0, words("add_confirm", name=f"**{escaped(waiting.name)}**"))
    if waiting.replaces:
        lines.append(words("add_again"))
    if not has_own and channel:
        lines.append(words("channel_add_first", channel=f"<#{channel}>"))
    elif not has_own:
        lines.append(words("add_first"))
    return "\n".join(lines)


def article_line(article: Article, words: Translations) -> str:
    """An article's title and date."""
    day = article.published.isoformat() if article.published else words("undated")
    return f"**{escaped(' '.join(article.title.split()))}** ({day})"


def settings_text(settings: ServerSettings, words: Translations, reads: bool) -> str:
    """All that a server has set; `reads`: Discord shows the bot what messages say."""
    limit = words("unlimited")
    by_thread = settings.history is History.THREAD
    shown = {
        "channels": _mentions("#", settings.channels) or words("everywhere"),
        "roles": _mentions("@&", settings.roles) or words("everybody"),
        "threads": words("in_threads" if settings.threads else "as_replies"),
        "history": words("of_threads" if by_thread else "of_users"),
        "sure": _mentions("#", settings.sure_channels) or words("nowhere"),
        "always": _mentions("#", settings.always_channels) or words("nowhere"),
        "language": languages().get(settings.language or "", words("as_discord")),
        "person_budget": limit if settings.person_budget is None else settings.person_budget,
        "server_budget": limit if settings.server_budget is None else settings.server_budget,
        "articles": words("own_articles" if settings.own_articles else "common_articles"),
        "own_channels": _mentions("#", settings.own_channels) or words("nowhere"),
    }
    text = words("settings", **shown).strip()
    listens = settings.sure_channels or settings.always_channels
    return text if reads or not listens else f"{text}\n{words('not_shown')}"


def _mentions(kind: str, numbers: Iterable[int]) -> str:
    return ", ".join(f"<{kind}{number}>" for number in sorted(numbers))


def _problem_lines(problems: Iterable[Problem], words: Translations) -> list[str]:
    """Some of what cannot be read, and why."""
    found = list(problems)
    if not found:
        return []
    lines = [f"- {escaped(problem.source)}: {escaped(problem.reason)}" for problem in found[:SHOWN]]
    more = len(found) - SHOWN
    return [words("unread"), *lines, *([f"- {words('more', count=more)}"] if more > 0 else [])]
