"""The command line: reads what was typed, calls the rooms, prints what they give back.

It knows how results become lines and exit statuses, and nothing of how they come about.
Heavy modules are imported by the commands that need them, so that `--help` stays quick.
"""

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from difflib import get_close_matches
from io import StringIO, TextIOWrapper
from types import TracebackType
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from index.errors import DatelineError, UsageError

# ruff: noqa: PLC0415
if TYPE_CHECKING:
    import asyncio

    from rich.progress import Progress

    from bot.answer import Answer, Turn
    from bot.answerer import Answerer
    from bot.chat import Ask, Talk
    from bot.config import Config
    from bot.memory import Memory
    from bot.render import Block
    from index.readers import Problem
    from index.store import Store
    from index.sync import Progress as SoFar

ANSWERED, FAILED, WRONG_USAGE, DECLINED, ASKS_BACK, STOPPED = 0, 1, 2, 3, 4, 130
STATUS = {"answered": ANSWERED, "partial": ANSWERED, "abstained": DECLINED, "clarify": ASKS_BACK}
PROBLEMS_SHOWN = 10
PASS_ON = {
    "allow_extra_args": True,
    "ignore_unknown_options": True,
    "allow_interspersed_args": False,
}

# Paths stay text until they are settings: as a path, "" would be the folder worked in.
Articles = Annotated[
    list[str] | None,
    typer.Option(
        "--articles",
        metavar="PATH",
        help="Folder or feed dump to answer from; may be repeated. Default: the articles"
        " indexed last, else those that ship with Dateline.",
    ),
]
StoreDirectory = Annotated[
    str | None,
    typer.Option("--store", metavar="DIR", help="Where the index is kept."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for other programs.")]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="YYYY-MM-DD", help="The day to take as today."),
]
PromptsDirectory = Annotated[
    str | None,
    typer.Option(
        "--prompts", metavar="DIR", help="Prompts for the language model, in place of Dateline's."
    ),
]


def _name(typed: str | None) -> str | None:
    """A name as it was typed; a shell passes any bytes on, and not all of them are text."""
    if typed is None:
        return None
    name = typed.encode(errors="replace").decode().strip()
    if not name:
        raise UsageError("the name is empty")
    return name


ConversationName = Annotated[
    str | None,
    typer.Argument(metavar="[CONVERSATION]", callback=_name, help="Its name; default: all."),
]
Person = Annotated[
    str | None,
    typer.Option("--person", metavar="ID", callback=_name, help="Only what this person asked."),
]

app = typer.Typer(
    help="Ask your news articles; every answer quotes the article it came from.",
    rich_markup_mode=None,  # its modules take longer to load than the help takes to write
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

memory_app = typer.Typer(name="memory", help="What is remembered of conversations.")


def main() -> None:
    """Run the command line of this process and end it with its exit status."""
    sys.stdin = sys.stdin or StringIO()  # a closed one is None
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Carry out one command and return its exit status; whatever goes wrong is one line."""
    try:
        status = app(arguments, prog_name="dateline", standalone_mode=False) or ANSWERED
        print(end="", flush=True)  # here, where a reader who left is no surprise
    except typer.TyperException as problem:
        return _failed(_usage(problem), WRONG_USAGE)
    except UsageError as problem:
        return _failed(str(problem), WRONG_USAGE)
    except DatelineError as problem:
        return _failed(str(problem), FAILED)
    except KeyboardInterrupt:
        status = STOPPED
    except BrokenPipeError:
        # Nobody reads on; what is still buffered must not fail again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as problem:
        if os.environ.get("DATELINE_DEBUG"):
            raise
        return _failed(_described(problem), FAILED)
    return _failed("stopped", STOPPED) if status == STOPPED else status


@app.callback(invoke_without_command=True)
def dateline(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Ask your news articles; every answer quotes the article it came from."""
    if version:
        from importlib.metadata import version as version_of

        typer.echo(f"dateline {version_of('dateline')}")
        raise typer.Exit(ANSWERED)
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(WRONG_USAGE)


@app.command()
def index(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PATH]...", help="Folders or feed dumps to index from now on."),
    ] = None,
    *,
    articles: Articles = None,
    store: StoreDirectory = None,
    as_json: AsJson = False,
    as_of: AsOf = None,
) -> None:
    """Bring the index up to date with the articles."""
    config = _config([*(paths or []), *(articles or [])], store, as_of)
    from bot.compose import index_articles

    with _Progress() as on_progress:
        report = index_articles(config, on_progress)
    if as_json:
        _print_json(report)
        return
    held = report.added + report.changed + report.unchanged
    typer.echo(
        f"{_count(held, 'article')} in {_count(report.passages, 'passage')}: "
        f"{report.added} added, {report.changed} changed, {report.removed} removed, "
        f"{report.unchanged} unchanged ({report.seconds:.1f} s)"
    )
    _warn_of_problems(report.problems)


@app.command()
def ask(
    question: Annotated[
        str, typer.Argument(metavar="QUESTION", help="The question; - reads standard input.")
    ],
    *,
    articles: Articles = None,
    store: StoreDirectory = None,
    prompts: PromptsDirectory = None,
    as_json: AsJson = False,
    as_of: AsOf = None,
) -> None:
    """Answer a question from the articles, with quotes."""
    from bot.intake import clean_question, read_question

    config = _config(articles, store, as_of, prompts)
    text = read_question(sys.stdin) if question == "-" else clean_question(question)
    with _answering(config) as (answerer, runner):
        answer = _waited_for(answerer, runner, config, as_json)(text, ())
    if as_json:
        _print_json(answer.as_json())
    else:
        from bot.render import answer_blocks

        _print(answer_blocks(answer))
    raise typer.Exit(STATUS[answer.status])


@app.command()
def chat(
    *,
    conversation: Annotated[
        str | None,
        typer.Option(
            "--conversation", metavar="NAME", callback=_name, help="Go on with it, and keep it."
        ),
    ] = None,
    articles: Articles = None,
    store: StoreDirectory = None,
    prompts: PromptsDirectory = None,
    as_json: AsJson = False,
    as_of: AsOf = None,
) -> None:
    """Ask one question after another."""
    from bot.chat import Chat, Talk
    from bot.compose import collection
    from bot.render import console

    config = _config(articles, store, as_of, prompts)
    kept = conversation is not None
    with _answering(config) as (answerer, runner), _memory(config, runner, kept) as memory:
        talk = Talk(runner, memory, conversation or "unnamed", collection(config).name)
        _warn_of_withdrawn(answerer, talk)
        answers = _waited_for(answerer, runner, config, as_json)
        Chat(answers, talk, console(sys.stdout), console(sys.stderr), as_json).run()


@app.command()
def search(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="The words to search for.")],
    *,
    limit: Annotated[int, typer.Option("--limit", min=1, max=50, help="How many at most.")] = 10,
    articles: Articles = None,
    store: StoreDirectory = None,
    as_json: AsJson = False,
    as_of: AsOf = None,
) -> None:
    """List the passages found for some words, best first."""
    import asyncio

    from bot.compose import answerer_on
    from bot.intake import clean_question

    config = _config(articles, store, as_of)
    query = clean_question(query)
    with _store(config) as opened:
        answerer = answerer_on(opened, config)
        found = asyncio.run(answerer.search(query, as_of=config.today, k=limit))
    if as_json:
        _print_json(found)
        return
    from bot.render import passage_blocks

    if not found:
        note("nothing was found; try other words")
    _print(passage_blocks(found, query))


@app.command()
def sources(
    *,
    problems: Annotated[
        bool, typer.Option("--problems", help="List what could not be read, and why.")
    ] = False,
    articles: Articles = None,
    store: StoreDirectory = None,
    as_json: AsJson = False,
    as_of: AsOf = None,
) -> None:
    """List the articles in the index."""
    config = _config(articles, store, as_of)
    with _store(config) as opened:
        if problems and as_json:
            _print_json(list(opened.problems()))
        elif problems:
            from bot.render import one_line

            for problem in opened.problems():
                typer.echo(one_line(_line(problem)))
        elif as_json:
            _print_json([row._asdict() for row in opened.catalogue()])
        else:
            from bot.render import catalogue_blocks, console

            _print(catalogue_blocks(opened.catalogue(), console(sys.stdout)))


@app.command()
def show(
    source: Annotated[
        str,
        typer.Argument(metavar="SOURCE", help="An article, as `sources` and citations name it."),
    ],
    *,
    quote: Annotated[str | None, typer.Option("--quote", help="Words to mark.")] = None,
    start: Annotated[int | None, typer.Option("--start", help="First character to mark.")] = None,
    end: Annotated[int | None, typer.Option("--end", help="Character to mark up to.")] = None,
    articles: Articles = None,
    store: StoreDirectory = None,
    as_json: AsJson = False,
    as_of: AsOf = None,
) -> None:
    """Print one article, with a quote marked in it."""
    config = _config(articles, store, as_of)
    with _store(config) as opened:
        # A shell passes any bytes on; no article's name holds half a character.
        source = source.encode(errors="replace").decode()
        article = opened.article(source) or _unknown(source, opened)
    from bot.intake import find_range

    mark = find_range(article, quote, start, end)
    if as_json:
        start, end = mark or (None, None)
        _print_json(asdict(article) | {"start": start, "end": end})
        return
    from bot.render import article_blocks, console

    out = console(sys.stdout)
    _print(article_blocks(article, mark, signs=out.color_system is None))


@app.command()
def doctor(
    *,
    articles: Articles = None,
    store: StoreDirectory = None,
    as_json: AsJson = False,
    as_of: AsOf = None,
) -> None:
    """Check that Dateline can run here."""
    from bot.doctor import checks

    found = list(checks(_config(articles, store, as_of)))
    if as_json:
        _print_json(found)
    else:
        from bot.render import check_blocks

        _print(check_blocks(found))
    raise typer.Exit(FAILED if any(check.level == "fail" for check in found) else ANSWERED)


app.add_typer(memory_app)


@memory_app.command("list")
def list_conversations(*, store: StoreDirectory = None, as_json: AsJson = False) -> None:
    """List the conversations that are kept."""
    with _kept(store) as (memory, runner):
        found = runner.run(memory.conversations())
    if as_json:
        _print_json([conversation._asdict() for conversation in found])
        return
    from bot.render import one_line

    for name, exchanges, _, last in found:
        asked = _count(exchanges, "question")
        typer.echo(f"{one_line(name)}: {asked}, the last on {last.astimezone():%Y-%m-%d %H:%M}")


@memory_app.command()
def export(
    conversation: ConversationName = None,
    *,
    person: Person = None,
    store: StoreDirectory = None,
) -> None:
    """Print what is kept, as JSON."""
    with _kept(store) as (memory, runner):
        found = runner.run(memory.export(conversation, person))
    _print_json([exchange.as_json() for exchange in found])


@memory_app.command()
def forget(
    conversation: ConversationName = None,
    *,
    person: Person = None,
    everything: Annotated[bool, typer.Option("--all", help="Delete everything.")] = False,
    store: StoreDirectory = None,
) -> None:
    """Delete a conversation, or what a person said."""
    if everything == bool(conversation or person):
        raise UsageError("name a conversation, or a --person, or --all")
    with _kept(store) as (memory, runner):
        count = runner.run(memory.forget(conversation, person))
    if not count and not everything:
        raise UsageError("nothing of that name is kept; `dateline memory list` lists what is")
    typer.echo(f"{_count(count, 'question')} forgotten")


@app.command("eval", add_help_option=False, context_settings=PASS_ON)
def evaluate(context: typer.Context) -> None:
    """Measure the answers against gold questions."""
    # The evaluations import this room, so this room finds them by their entry point.
    from importlib.metadata import entry_points

    [found] = entry_points(group="dateline.commands", name="eval")
    command = typer.main.get_command(found.load())
    status = command(context.args, prog_name="dateline eval", standalone_mode=False)
    raise typer.Exit(status or ANSWERED)


def _config(
    articles: Sequence[str] | None,
    store: str | None,
    as_of: str | None,
    prompts: str | None = None,
) -> "Config":
    from bot.config import load_config

    flags = {"articles": articles, "store": store, "as_of": as_of, "prompts": prompts}
    return load_config(flags)


@contextmanager
def _store(config: "Config") -> Iterator["Store"]:
    """The index, up to date; what goes less than well on the way is told on stderr."""
    from bot.compose import open_store

    with _Progress() as progress:
        opened = open_store(config, progress.note_failure, progress)
    with opened:
        if progress.finished and (problems := opened.problems()):
            note(
                f"{_count(len(problems), 'thing')} could not be read; "
                "`dateline sources --problems` lists what and why"
            )
        yield opened


@contextmanager
def _memory(config: "Config", runner: "asyncio.Runner", kept: bool) -> Iterator["Memory"]:
    """The memory of conversations, waited for by `runner`."""
    from bot.compose import memory

    opening = memory(config, note, kept)
    opened = runner.run(opening.__aenter__())
    try:
        yield opened
    finally:
        runner.run(opening.__aexit__(None, None, None))


@contextmanager
def _kept(store: str | None) -> Iterator[tuple["Memory", "asyncio.Runner"]]:
    import asyncio

    with asyncio.Runner() as runner, _memory(_config(None, store, None), runner, True) as memory:
        yield memory, runner


@contextmanager
def _answering(config: "Config") -> Iterator[tuple["Answerer", "asyncio.Runner"]]:
    """An answerer, and the runner that waits for its answers so that Ctrl-C stops them."""
    import asyncio

    from bot.compose import answerer_on, language_model

    with _store(config) as opened, asyncio.Runner() as runner:
        opening = language_model(config)
        llm = runner.run(opening.__aenter__())
        try:
            yield answerer_on(opened, config, llm), runner
        finally:
            runner.run(opening.__aexit__(None, None, None))


def _waited_for(
    answerer: "Answerer", runner: "asyncio.Runner", config: "Config", as_json: bool
) -> "Ask":
    """Waits for answers; a person at a terminal sees what a language model writes meanwhile."""

    def ask(question: str, history: Sequence["Turn"]) -> "Answer":
        if as_json or not config.chat_model or not sys.stdout.isatty():
            return runner.run(answerer.ask(question, history, config.today))
        from bot.drafts import watched
        from bot.render import console

        events = answerer.stream(question, history, config.today)
        return runner.run(watched(events, console(sys.stdout)))

    return ask


class _Progress:
    """Tells on stderr how far indexing has got, and nothing while there is nothing to do.

    A person sees a bar; a log gets a line at the start and one at the end.
    """

    def __init__(self) -> None:
        self.finished = False
        self._started = False
        self._failed = False
        self._bar: Progress | None = None

    def __enter__(self) -> "_Progress":
        return self

    def __call__(self, so_far: "SoFar") -> None:
        if not self._started:
            self._start(so_far.total)
        if self._bar:
            # A feed dump is one file and says nothing of how long it is: then the bar pulses.
            total = so_far.total if so_far.total > 1 else None
            self._bar.update(
                self._bar.task_ids[0],
                completed=so_far.files,
                total=total,
                description=f"indexing {_count(so_far.articles, 'article')}",
            )

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
            note(f"indexing {_count(total, 'file')}")
            return
        from rich.progress import Progress

        from bot.render import console

        self._bar = Progress(console=console(sys.stderr), transient=True)
        self._bar.add_task("", total=None)
        self._bar.start()


def _print(blocks: Iterable["Block"]) -> None:
    from bot.render import console, print_blocks

    print_blocks(console(sys.stdout), blocks)


def _print_json(value: object) -> None:
    # Escaped to ASCII, it survives every encoding and no terminal obeys it.
    typer.echo(json.dumps(value, default=_plain))


def _plain(value: Any) -> object:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else str(value)


def note(line: str) -> None:
    """Tell the person one line on stderr."""
    from bot.render import one_line

    typer.echo(f"dateline: {one_line(line)}", err=True)


def _failed(line: str, status: int) -> int:
    note(line)
    return status


def _usage(problem: typer.TyperException) -> str:
    context = getattr(problem, "ctx", None)
    command = context.command_path if context else "dateline"
    return f"{problem.format_message().rstrip('.')}; see `{command} --help`"


def _described(problem: Exception) -> str:
    """Something nobody foresaw, in one line."""
    if isinstance(problem, OSError) and problem.strerror:
        return f"{problem.filename or 'the system refused'}: {problem.strerror}"
    name = type(problem).__name__
    return f"something went wrong inside Dateline ({name}: {problem}); DATELINE_DEBUG=1 shows where"


def _unknown(source: str, store: "Store") -> NoReturn:
    near = get_close_matches(source, (row.source for row in store.catalogue()), n=3, cutoff=0.4)
    hint = f"did you mean {' or '.join(near)}?" if near else "`dateline sources` lists them"
    raise UsageError(f"there is no article {source!r}; {hint}")


def _warn_of_withdrawn(answerer: "Answerer", talk: "Talk") -> None:
    """Say so when earlier answers quote what has since left the articles."""
    same = [e for e in talk.export() if e.articles == talk.articles]
    gone = answerer.withdrawn([c for exchange in same for c in exchange.citations])
    if sources := list(dict.fromkeys(c.source for c in gone)):
        note(f"withdrawn since earlier answers quoted it: {', '.join(sources)}; ask again")


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _warn_of_problems(problems: Sequence["Problem"]) -> None:
    for problem in problems[:PROBLEMS_SHOWN]:
        note(_line(problem))
    if len(problems) > PROBLEMS_SHOWN:
        note(f"and {len(problems) - PROBLEMS_SHOWN:,} more; `dateline sources --problems`")


def _line(problem: "Problem") -> str:
    place = f"{problem.source}, line {problem.line}" if problem.line else problem.source
    return f"{place}: {problem.reason}"
