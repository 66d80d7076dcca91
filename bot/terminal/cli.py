"""The command line: reads what was typed, calls the rooms, prints what they give back.

It knows how results become lines and exit statuses, and nothing of how they come about.
Heavy modules are imported by the commands that need them, so that `--help` stays quick.
"""

import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from difflib import get_close_matches
from io import StringIO, TextIOWrapper
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from bot.service.listing import State, Wanted
from bot.terminal import memory, servers
from bot.terminal.opening import answering, opened_memory, opened_store, settings, waited_for
from bot.terminal.options import Articles, AsJson, AsOf, PromptsDirectory, StoreDirectory, name_of
from bot.terminal.output import (
    note,
    print_all,
    print_json,
)
from bot.terminal.sources import day_of, list_problems, list_sources
from index.errors import DatelineError, UsageError

# ruff: noqa: PLC0415
if TYPE_CHECKING:
    from bot.answerer import Answerer
    from bot.terminal.chat import Talk
    from index.store import Store

ANSWERED, FAILED, WRONG_USAGE, DECLINED, ASKS_BACK, STOPPED = 0, 1, 2, 3, 4, 130
STATUS = {
    **dict.fromkeys(("answered", "partial", "reply"), ANSWERED),
    "abstained": DECLINED,
    "clarify": ASKS_BACK,
}
PASS_ON = {
    "allow_extra_args": True,
    "ignore_unknown_options": True,
    "allow_interspersed_args": False,
}

app = typer.Typer(
    help="Ask your news articles; every answer quotes the article it came from.",
    rich_markup_mode=None,  # its modules take longer to load than the help takes to write
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


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
        typer.Argument(
            metavar="[PATH]...", help="Folders, files or addresses to index from now on."
        ),
    ] = None,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on doing so as files change, until Ctrl-C.")
    ] = False,
    allow_empty: Annotated[
        bool,
        typer.Option(
            "--allow-empty", help="Remove articles even if most are gone, or all, at once."
        ),
    ] = False,
    articles: Articles = None,
    store: StoreDirectory = None,
    as_json: AsJson = False,
    as_of: AsOf = None,
) -> None:
    """Bring the index up to date with the articles."""
    config = settings([*(paths or []), *(articles or [])], store, as_of)
    from bot.terminal.indexing import index_once, keep_indexed, show_preview

    if watch and (dry_run or allow_empty):
        raise UsageError("--watch goes with neither --dry-run nor --allow-empty")
    if dry_run:
        show_preview(config, allow_empty, as_json)
    elif watch:
        keep_indexed(config, as_json)
    else:
        index_once(config, allow_empty, as_json)


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

    config = settings(articles, store, as_of, prompts)
    text = read_question(sys.stdin) if question == "-" else clean_question(question)
    with answering(config) as (answerer, runner):
        answer = waited_for(answerer, runner, config, as_json)(text, ())
    if as_json:
        print_json(answer.as_json())
    else:
        from bot.terminal.render import answer_blocks

        print_all(answer_blocks(answer))
    raise typer.Exit(STATUS[answer.status])


@app.command()
def chat(
    *,
    conversation: Annotated[
        str | None,
        typer.Option(
            "--conversation", metavar="NAME", callback=name_of, help="Go on with it, and keep it."
        ),
    ] = None,
    articles: Articles = None,
    store: StoreDirectory = None,
    prompts: PromptsDirectory = None,
    as_json: AsJson = False,
    as_of: AsOf = None,
) -> None:
    """Ask one question after another."""
    from bot.compose import collection
    from bot.terminal.chat import Chat, Talk
    from bot.terminal.render import console

    config = settings(articles, store, as_of, prompts)
    kept = conversation is not None
    with answering(config) as (answerer, runner), opened_memory(config, runner, kept) as memory:
        talk = Talk(runner, memory, conversation or "unnamed", collection(config).name)
        _warn_of_withdrawn(answerer, talk)
        answers = waited_for(answerer, runner, config, as_json)
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

    config = settings(articles, store, as_of)
    query = clean_question(query)
    with opened_store(config) as opened:
        answerer = answerer_on(opened, config)
        found = asyncio.run(answerer.search(query, as_of=config.today, k=limit))
    if as_json:
        print_json(found)
        return
    from bot.terminal.render import passage_blocks

    if not found:
        note("nothing was found; try other words")
    print_all(passage_blocks(found, query))


@app.command()
def sources(
    *,
    problems: Annotated[
        bool,
        typer.Option("--problems", help="List what is not read, guessed or superseded, and why."),
    ] = False,
    state: Annotated[
        State | None, typer.Option("--state", help="Only those that are this to the answers.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="YYYY-MM-DD", help="Published then or later.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="YYYY-MM-DD", help="Published then or before.")
    ] = None,
    match: Annotated[
        str | None,
        typer.Option("--match", metavar="TEXT", help="Only those with it in title, name or url."),
    ] = None,
    articles: Articles = None,
    store: StoreDirectory = None,
    as_json: AsJson = False,
    as_of: AsOf = None,
) -> None:
    """List the articles in the index."""
    wanted = Wanted(state, day_of(since), day_of(until), match)
    config = settings(articles, store, as_of)
    with opened_store(config) as opened:
        if problems:
            list_problems(opened, as_json)
        else:
            list_sources(opened, wanted, as_json)


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
    config = settings(articles, store, as_of)
    with opened_store(config) as opened:
        # A shell passes any bytes on; no article's name holds half a character.
        source = source.encode(errors="replace").decode()
        article = opened.article(source) or _unknown(source, opened)
        kin = opened.kin(source)
    from bot.intake import find_range

    mark = find_range(article, quote, start, end)
    if as_json:
        start, end = mark or (None, None)
        print_json(asdict(article) | {"start": start, "end": end} | kin._asdict())
        return
    from bot.terminal.render import article_blocks, console

    out = console(sys.stdout)
    print_all(article_blocks(article, mark, signs=out.color_system is None, kin=kin))


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

    found = list(checks(settings(articles, store, as_of)))
    if as_json:
        print_json(found)
    else:
        from bot.terminal.render import check_blocks

        print_all(check_blocks(found))
    raise typer.Exit(FAILED if any(check.level == "fail" for check in found) else ANSWERED)


@app.command()
def discord(
    *,
    articles: Articles = None,
    store: StoreDirectory = None,
    prompts: PromptsDirectory = None,
    as_of: AsOf = None,
) -> None:
    """Answer questions in Discord, until stopped."""
    config = settings(articles, store, as_of, prompts)
    from bot.discord.run import run as run_bot

    run_bot(config)


app.command()(servers.mcp)
app.command()(servers.serve)
app.add_typer(memory.app)


@app.command("eval", add_help_option=False, context_settings=PASS_ON)
def evaluate(context: typer.Context) -> None:
    """Measure the answers against gold questions."""
    # The evaluations import this room, so this room finds them by their entry point.
    from importlib.metadata import entry_points

    [found] = entry_points(group="dateline.commands", name="eval")
    command = typer.main.get_command(found.load())
    status = command(context.args, prog_name="dateline eval", standalone_mode=False)
    raise typer.Exit(status or ANSWERED)


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
    rows = {row.source: row for row in store.catalogue()}
    if source in rows:
        raise UsageError(f"{source} is superseded by {rows[source].of}; show that")
    near = get_close_matches(source, rows, n=3, cutoff=0.4)
    hint = f"did you mean {' or '.join(near)}?" if near else "`dateline sources` lists them"
    raise UsageError(f"there is no article {source!r}; {hint}")


def _warn_of_withdrawn(answerer: "Answerer", talk: "Talk") -> None:
    """Say so when earlier answers quote what has since left the articles."""
    same = [e for e in talk.export() if e.articles == talk.articles]
    quoted = [c for exchange in same for c in exchange.citations]
    gone = talk.runner.run(answerer.withdrawn(quoted))
    if sources := list(dict.fromkeys(c.source for c in gone)):
        note(f"withdrawn since earlier answers quoted it: {', '.join(sources)}; ask again")
