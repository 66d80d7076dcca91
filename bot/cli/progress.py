"""How far the indexing has come, on standard error."""

import sys
from types import TracebackType
from typing import TYPE_CHECKING

from bot.cli.output import count, note

# ruff: noqa: PLC0415
if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from index.sync.sync import Progress as SoFar


class IndexingProgress:
    """Tells on stderr how far indexing has got, and nothing while there is nothing to do.

    A person sees a bar; a log gets a line at the start and one at the end.
    """

    def __init__(self) -> None:
        self.finished = False
        self._started = False
        self._failed = False
        self._bar: Progress | None = None
        self._task: TaskID
        self._doing = ""

    def __enter__(self) -> "IndexingProgress":
        return self

    def __call__(self, so_far: "SoFar") -> None:
        """Show how far it has come."""
        if not self._started:
            self._start(so_far.total)
        if self._bar is None:
            return
        if so_far.wanted:
            doing, done, total = "indexing articles", so_far.articles, so_far.wanted
        else:
            doing, done, total = "reading files", so_far.files, so_far.total
        if doing != self._doing:
            self._doing = doing
            self._bar.reset(self._task, description=doing, total=total)
        self._bar.update(self._task, completed=done)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.finished = self._started and not self._failed and problem is None
        if self._bar:
            self._bar.stop()
        elif self.finished:
            note("indexed")

    def note_failure(self, line: str) -> None:
        """Say why it is not indexed, where the command goes on all the same."""
        self._failed = True
        note(line)

    def _start(self, total: int) -> None:
        self._started = True
        if not sys.stderr.isatty():
            note(f"indexing {count(total, 'file')}")
            return
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            ProgressColumn,
            Task,
            TaskProgressColumn,
            TextColumn,
            TimeRemainingColumn,
        )
        from rich.text import Text

        from bot.cli.render import console

        class Rate(ProgressColumn):
            """How many a second."""

            def render(self, task: Task) -> Text:
                return TaskProgressColumn.render_speed(task.speed)

        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            Rate(),
            TimeRemainingColumn(),
            console=console(sys.stderr),
            transient=True,
        )
        self._task = self._bar.add_task("", total=None)
        self._bar.start()
