"""The command line: reads what was typed, calls the rooms, prints what they give back.

It knows how results become lines and exit statuses, and nothing of how they come about.
Heavy modules are imported by the commands that need them, so that `--help` stays quick.
"""

import os
import sys
from collections.abc import Sequence
from io import StringIO, TextIOWrapper
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import articles as collections
from bot.cli import memory, servers
from bot.cli.completion import complete_articles, complete_conversations, complete_sources
from bot.cli.gaps import gaps
from bot.cli.opening import (
    answering,
    opened_conversations,
    opened_store,
    settings,
    talking,
    waited_for,
)
from bot.cli.options import (
    Articles,
    AsJson,
    AsOf,
    ChatModel,
    PromptsDirectory,
    StoreDirectory,
    name_of,
)
from bot.cli.output import note, print_all, print_json
from bot.cli.sources import day_of, list_problems, list_sources
from bot.service.listing import State, Wanted
from index.errors import DatelineError, UsageError

# ruff: noqa: PLC0415
if TYPE_CHECKING:
    from bot.answerer import Answerer
    from bot.cli.chat import Talk

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
            metavar="[PATH]...",
            autocompletion=complete_articles,
            help="Folders, files or addresses to index from now on.",
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
    from bot.cli.indexing import index_once, keep_indexed, show_preview

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
        list[str],
        typer.Argument(metavar="QUESTION...", help="The question; - reads standard input."),
    ],
    *,
    quotes: Annotated[
        bool, typer.Option("--quotes", help="Print the quotes below their articles.")
    ] = False,
    articles: Articles = None,
    store: StoreDirectory = None,
    model: ChatModel = None,
    prompts: PromptsDirectory = None,
    as_json: AsJson = False,
    as_of: AsOf = None,
) -> None:
    """Answer a question from the articles, with quotes."""
    from bot.validation import clean_question, read_question

    config = settings(articles, store, as_of, prompts, model)
    text = read_question(sys.stdin) if question == ["-"] else clean_question(" ".join(question))
    with answering(config) as (answerer, runner):
        answer = waited_for(answerer, runner, config, as_json)(text, ())
    if as_json:
        print_json(answer.as_json())
    else:
        from bot.cli.render import answer_blocks

        print_all(answer_blocks(answer, quotes))
    raise typer.Exit(STATUS[answer.status])


@app.command()
def chat(
    *,
    conversation: Annotated[
        str | None,
        typer.Option(
            "--conversation",
            metavar="NAME",
            callback=name_of,
            autocompletion=complete_conversations,
            help="Go on with it, and keep it.",
        ),
    ] = None,
    articles: Articles = None,
    store: StoreDirectory = None,
    model: ChatModel = None,
    prompts: PromptsDirectory = None,
    as_json: AsJson = False,
    as_of: AsOf = None,
) -> None:
    """Ask one question after another."""
    from bot.cli.chat import Talk
    from bot.cli.talking import talk_with
    from bot.factory import collection

    config = settings(articles, store, as_of, prompts, model)
    kept = conversation is not None
    with (
        talking(config) as (lookup, runner),
        opened_conversations(config, runner, kept) as conversations,
    ):
        talk = Talk(runner, conversations, conversation or "unnamed", collection(config).name)
        _warn_of_withdrawn(lookup.answerer, talk)
        answers = waited_for(lookup.answerer, runner, config, as_json)
        talk_with(config, answers, talk, lookup, as_json)


@app.command()
def search(
    query: Annotated[
        list[str], typer.Argument(metavar="QUERY...", help="The words to search for.")
    ],
    *,
    full: Annotated[bool, typer.Option("--full", help="Print whole passages.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=50, help="How many at most.")] = 10,
    articles: Articles = None,
    store: StoreDirectory = None,
    as_json: AsJson = False,
    as_of: AsOf = None,
) -> None:
    """List the passages found for some words, best first."""
    from bot.cli.reading import list_passages

    config = settings(articles, store, as_of)
    list_passages(config, " ".join(query), limit, full=full, as_json=as_json)


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
        typer.Argument(
            metavar="SOURCE",
            autocompletion=complete_sources,
            help="An article, as `sources` and citations name it.",
        ),
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
    from bot.cli.reading import show_article

    show_article(settings(articles, store, as_of), source, (quote, start, end), as_json)


@app.command()
def doctor(
    *,
    articles: Articles = None,
    store: StoreDirectory = None,
    model: ChatModel = None,
    as_json: AsJson = False,
    as_of: AsOf = None,
) -> None:
    """Check that Dateline can run here."""
    from bot.cli.checking import checked

    found = checked(settings(articles, store, as_of, model=model), as_json)
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


app.command()(gaps)
app.command()(servers.mcp)
app.command()(servers.serve)
app.add_typer(collections.app)
app.add_typer(memory.app)


@app.command("eval", add_help_option=False, context_settings=PASS_ON)
def evaluate(context: typer.Context) -> None:
    """Measure the answers against gold questions."""
    # The evaluations import this room, so this room finds them by their entry point.
    from importlib.metadata import entry_points

    [found] = entry_points(group="dateline.commands", name="eval")
    command = typer.main.get_command(found.load())
    names = ["-h", "--help"]
    status = command(
        context.args, prog_name="dateline eval", standalone_mode=False, help_option_names=names
    )
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


def _warn_of_withdrawn(answerer: "Answerer", talk: "Talk") -> None:
    """Say so when earlier answers quote what has since left the articles."""
    same = [e for e in talk.export() if e.articles == talk.articles]
    quoted = [c for exchange in same for c in exchange.citations]
    gone = talk.runner.run(answerer.withdrawn(quoted))
    if sources := list(dict.fromkeys(c.source for c in gone)):
        note(f"withdrawn since earlier answers quoted it: {', '.join(sources)}; ask again")
