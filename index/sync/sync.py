"""Bring one generation up to date with the files.

First what changed files deliver is taken down, then a plan is made, then carried out. Whatever
moment it is stopped at, every article that answers is whole, either as it was or as it is, and the
next run goes on from there: ids of passages on their way in are in the manifest's `garbage`
until one transaction makes them real, and ids of passages on their way out until the derived
indexes have dropped them.

That holds when the process is killed. When the power goes, the manifest may lose what was
written last, but it stays whole: SQLite waits for the disk (fsync) when it moves its log to
the tables, every 16 MB, and not with every transaction. It waits once more for every batch,
before the ids of its passages are used: so no id is ever given twice, and whatever the other
indexes hold too much of is garbage to the manifest. Tantivy waits with every commit, of which
there is one a batch; Chroma waits for its own log and not for its graph. Where they lost
something that the manifest has, it is missed (`Generation.is_whole`), and they are made again.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import NamedTuple

from index.embedding.static import Embedder
from index.errors import ArticlesError
from index.storage.generation import Generation
from index.storage.records import NewPassages
from index.storage.writer import DerivedWriter, Writing
from index.sync.discovery import Listing, is_current
from index.sync.ingest import Deliveries, FileRow
from index.sync.naming import settle_names
from index.sync.passages import PassageMaker, Passages, Text
from index.sync.plan import Changes, Plan
from index.sync.workers import Workers
from index.text.splitter import MAX_WORDS

CHARACTERS = 1_000_000
"""Of the articles whose passages are made together. This and what follows bound the memory."""
BATCH = 4_000
"""Passages written together."""
BEHIND = 2
"""Batches that are still being written when the next one is begun."""
FEW = 10
"""Fewer articles than these may go at once, however few are left."""


class Progress(NamedTuple):
    """How far a sync has come: files read of those to read, then articles made of those wanted."""

    files: int
    total: int
    articles: int = 0
    wanted: int = 0
    passages: int = 0


class Sync:
    """One run over the files; make a new one for each."""

    def __init__(
        self,
        generation: Generation,
        embedder: Embedder,
        listing: Listing,
        *,
        readers: Workers,
        makers: Workers,
        allow_empty: bool = False,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> None:
        """Compare the files with what is known of them.

        `readers` have part in reading articles, `makers` make passages.

        Raises ArticlesError when a root cannot be read or is empty and always was.
        """
        self._generation = generation
        self._manifest = generation.manifest
        self._embedder = embedder
        self._readers = readers
        self._makers = makers
        self._listing = listing
        self._allow_empty = allow_empty
        self._on_progress = on_progress or (lambda _: None)
        self._deliveries = Deliveries(self._manifest)
        self.changes = Changes()
        self.embedded = 0
        self.kept: list[str] = []
        self._made = 0
        self._under_way: deque[Writing] = deque()

        known = self._deliveries.files()
        here = {file.path for file in listing.found}
        self._to_read = [f for f in listing.found if not is_current(f, known.get(f.path))]
        self._gone = [row for row in known.values() if row.path not in here]
        if not allow_empty:
            self._gone = [row for row in self._gone if not listing.hides(row.path)]
            self._keep_away(known)

    @property
    def has_work(self) -> bool:
        """Whether any file was added, changed or removed, or something was left undone."""
        return bool(self._to_read or self._gone) or self._manifest.interrupted()

    def plan(self) -> Plan:
        """Take down what the files deliver, and say what has to be done for it.

        Raises ArticlesError, with nothing removed, when no article would be left.
        """
        self._generation.sums.drop()
        self._on_progress(Progress(0, len(self._to_read)))
        for done, file in enumerate(self._to_read, start=1):
            self._deliveries.take(file, self._readers)
            self._on_progress(Progress(done, len(self._to_read)))
        self._deliveries.lose(self._gone)
        settle_names(self._manifest)
        if not self._allow_empty:
            self._guard()
            settle_names(self._manifest)  # what is kept has its names, too
        plan = Plan(self._manifest)
        self.changes = plan.changes
        return plan

    def note_problems(self) -> None:
        """Keep what is amiss outside the files, where nothing else is to be done."""
        if [*self._listing.problems] != self._manifest.outside():
            self._generation.sums.drop()
            with self._manifest.transaction():
                self._manifest.set_problems(None, self._listing.problems)

    def growth(self) -> int:
        """How many passages there are to make, roughly."""
        return self._manifest.new_words() // MAX_WORDS

    def carry_out(self, plan: Plan) -> None:
        """Do what has to be done."""
        self._note_stories(plan)
        self._embed(plan)
        self._conclude(plan)
        self._generation.purge()
        self._generation.seal()

    def nothing_left(self) -> str:
        """What to say when no article can be read."""
        problems = [*self._listing.problems, *self._manifest.problems()]
        first = f" ({problems[0].source}: {problems[0].reason})" if problems else ""
        number = len(self._listing.found)
        files = f"{number:,} file{'' if number == 1 else 's'}"
        return f"not one article could be read from {files}{first}"

    # Sources that suddenly hold little or nothing

    def _keep_away(self, known: dict[str, FileRow]) -> None:
        """Say what is kept of roots that cannot be read or are empty."""
        for root, reason in self._listing.away.items():
            paths = [path for path in known if self._listing.root_of(path) == root]
            if not paths:
                raise ArticlesError(reason)
            held = self._deliveries.held()
            count = sum(held[path][0] for path in paths if path in held)
            self._note_kept(f"{root} is empty or cannot be read", count)

    def _guard(self) -> None:
        """Keep what is gone from a root that has suddenly lost most of what it held."""
        gone = self._deliveries.lost()
        if not self._manifest.sources():
            self._deliveries.keep([number for number, _ in gone])
            raise ArticlesError(self.nothing_left())
        lost: dict[str, list[int]] = defaultdict(list)
        for number, path in gone:
            if root := self._listing.root_of(path):  # what is no longer named may go
                lost[root].append(number)
        if not lost:
            return
        before: dict[str, int] = defaultdict(int)
        now: dict[str, int] = defaultdict(int)
        for path, (had, has) in self._deliveries.held().items():
            root = self._listing.root_of(path) or ""
            before[root] += had
            now[root] += has
        for root, numbers in lost.items():
            most = len(numbers) >= FEW and 2 * len(numbers) > before[root] > 2 * now[root]
            if most or not now[root]:
                self._deliveries.keep(numbers)
                share = f"{len(numbers):,} of {before[root]:,} articles"
                self._note_kept(f"{share} in {root} are gone at once", len(numbers))

    def _note_kept(self, what: str, count: int) -> None:
        things = f"{count:,} article{' is' if count == 1 else 's are'}"
        self.kept.append(f"{what}; {things} kept (`dateline index --allow-empty` removes them)")

    # Carrying out the plan

    def _embed(self, plan: Plan) -> None:
        """Make passages, those that come next while those before are being written."""
        files = len(self._to_read)
        self._on_progress(Progress(files, files, 0, len(plan.embed)))
        work = PassageMaker(self._embedder)
        made: list[tuple[Text, Passages]] = []
        with (
            DerivedWriter(self._generation) as writer,
            closing(self._makers.map(work, self._batches(plan.embed))) as batches,
        ):
            try:
                for texts, of_texts in batches:
                    made += zip(texts, of_texts, strict=True)
                    idle = not (self._under_way or self._made)  # and need not wait at first
                    if idle or sum(len(passages.spans) for _, passages in made) >= BATCH:
                        whole, made = made, []
                        self._write(plan, whole, writer)
            finally:
                self._write(plan, made, writer)  # what was embedded may have been paid for
                self._settle(plan, 0)

    def _batches(self, article_ids: Sequence[int]) -> Iterator[list[Text]]:
        batch: list[Text] = []
        size = 0
        for number in article_ids:
            batch.append(Text(number, *self._manifest.text(number)))
            size += len(batch[-1].text)
            if size >= CHARACTERS:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch

    def _write(
        self, plan: Plan, made: Sequence[tuple[Text, Passages]], writer: DerivedWriter
    ) -> None:
        """Begin to write passages, after those before them."""
        if made:
            self._under_way.append(writer.begin(self._numbered(made)))
        self._settle(plan, BEHIND)

    def _numbered(self, made: Sequence[tuple[Text, Passages]]) -> list[NewPassages]:
        ids = self._manifest.reserve(sum(len(passages.spans) for _, passages in made))
        new, at = [], 0
        for text, passages in made:
            part = slice(at, at + len(passages.spans))
            new.append(NewPassages(*text, ids[part], *passages))
            at = part.stop
        return new

    def _settle(self, plan: Plan, behind: int) -> None:
        """Wait until no more batches than that are being written.

        What is written answers, and what it replaces does no more.
        """
        while len(self._under_way) > behind:
            writing = self._under_way.popleft()
            writing.wait()
            self._put(plan, writing.new)

    def _put(self, plan: Plan, new: Sequence[NewPassages]) -> None:
        with self._manifest.transaction():
            for passages in new:
                self._manifest.put_passages(passages)
                self._succeed(plan, passages.article_id)
        self.embedded += sum(len(passages.ids) for passages in new)
        self._made += len(new)
        files = len(self._to_read)
        self._on_progress(Progress(files, files, self._made, len(plan.embed), self.embedded))

    def _succeed(self, plan: Plan, article_id: int) -> None:
        """Have an article that has its passages answer, in place of those that did so before.

        Where another one takes the passages of these, it answers from the same moment on.
        """
        self._let_stand(plan, article_id)
        for before in plan.after.get(article_id, ()):
            if taker := plan.taker(before):
                self._manifest.give_passages(before, taker)
                self._succeed(plan, taker)
            self._let_stand(plan, before)

    def _conclude(self, plan: Plan) -> None:
        """Whatever had not to wait for an embedding."""
        with self._manifest.transaction():
            for number, giver in plan.take.items():
                self._manifest.give_passages(giver, number)
            for number in (*plan.states, *plan.leaving):
                self._let_stand(plan, number)
            self._deliveries.forget(self._gone)
            self._manifest.set_problems(None, self._listing.problems)

    def _note_stories(self, plan: Plan) -> None:
        """Keep which articles are alike before any of them answers: the next sync may see fewer."""
        with self._manifest.transaction():
            for number, story in plan.stories.items():
                self._manifest.set_story(number, story)

    def _let_stand(self, plan: Plan, article_id: int) -> None:
        """Make the article what it is to be; one that is leaving goes."""
        state = plan.states.get(article_id)
        if state is None:
            self._manifest.drop_article(article_id)
        elif plan.alters(article_id):
            self._manifest.set_state(article_id, state)
