"""`dateline eval`: what to type to measure Dateline. It knows no metric itself.

Heavy modules are imported by the commands that need them.
"""

import asyncio
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.config import Config, load_config
from bot.terminal.options import Articles, AsJson, AsOf, PromptsDirectory, StoreDirectory
from bot.terminal.output import note
from evals.gold.format import Gold, load_gold
from index.errors import UsageError

# ruff: noqa: PLC0415
if TYPE_CHECKING:
    from bot.terminal.render import Block
    from evals.gold.check import Finding
    from evals.judge.judge import Verdict
    from evals.judge.verdicts import Judgement
    from evals.run.header import Header
    from evals.run.progress import RunProgress
    from evals.run.runs import Record, Run
    from index.store import Store

WORSE = 5
"""Exit status of `compare` where a metric of --fail-if-worse is worse."""

GoldFile = Annotated[
    Path, typer.Argument(metavar="GOLD", help="Gold questions, one JSON object a line.")
]

app = typer.Typer(
    help="Measure Dateline against gold questions.", rich_markup_mode=None, add_completion=False
)


@app.callback()
def evaluate() -> None:
    """Measure Dateline against gold questions."""


@app.command("run")
def run_gold(
    gold_file: GoldFile,
    *,
    out: Annotated[Path, typer.Option("--out", metavar="RUN.jsonl", help="Where the answers go.")],
    concurrency: Annotated[
        int,
        typer.Option("--concurrency", min=1, max=64, help="Questions under way at a time."),
    ] = 1,
    articles: Articles = None,
    store: StoreDirectory = None,
    prompts: PromptsDirectory = None,
    as_of: AsOf = None,
) -> None:
    """Answer every gold question and write the answers down; taken up where it stopped.

    What made the run (settings, store, versions, gold) goes into RUN.header.json.
    """
    from evals.run.header import read_header
    from evals.run.runner import finished

    if not out.parent.is_dir():
        raise UsageError(f"there is no folder {out.parent}; make it, or choose another --out")
    flags = {"articles": articles, "store": store, "prompts": prompts, "as_of": as_of}
    config = load_config(flags)
    gold = load_gold(gold_file)
    before = finished(out, gold)
    earlier = read_header(out) if before else None
    if earlier and not config.as_of:  # a run has one today, whenever it is taken up
        config = load_config(flags | {"as_of": earlier.as_of})
    if before == len(gold):
        note(f"all {before} questions are answered already; another --out makes another run")
    elif before:
        note(f"{before} of {len(gold)} questions are answered already; going on")
    if before and not earlier:
        note("no header says what made them, so none is written")
    _run(config, gold_file, gold, out=out, before=before, earlier=earlier, concurrency=concurrency)


@app.command("score")
def score_run(
    run_file: Annotated[Path, typer.Argument(metavar="RUN", help="A run of `dateline eval run`.")],
    gold_file: GoldFile,
    *,
    articles: Articles = None,
    as_json: AsJson = False,
) -> None:
    """Print the figures of a run, each with a 95 % interval and its number of questions.

    Quotes are held against --articles, or else against the articles the run was made from.
    """
    _need("ir_measures")
    from evals.figures.score import score
    from evals.figures.tables import score_blocks
    from evals.run.header import digest
    from evals.run.runs import load_run
    from evals.run.texts import article_texts

    gold = load_gold(gold_file)
    run = load_run(run_file, gold)
    if run.unanswered:
        note(_incomplete(run_file, run.unanswered))
    if run.header and run.header.gold["sha256"] != digest(gold_file):
        note(f"{gold_file} has changed since the run was made; it is scored as it is now")
    with article_texts(_named(articles), run.header) as texts:
        if texts:
            _know_sources(gold_file, gold, lambda source: texts(source) is not None)
        scored = score(run, texts)
    _print(scored.as_json() if as_json else None, score_blocks(scored))


@app.command("compare")
def compare_runs(
    a: Annotated[Path, typer.Argument(metavar="A", help="The run to compare with.")],
    b: Annotated[Path, typer.Argument(metavar="B", help="The run to compare.")],
    gold_file: Annotated[
        Path | None,
        typer.Argument(metavar="[GOLD]", help="Default: the gold that A was made with."),
    ] = None,
    *,
    fail_if_worse: Annotated[
        list[str] | None,
        typer.Option(
            "--fail-if-worse",
            metavar="METRIC:DELTA",
            help="End with status 5 when B is worse than A by more than DELTA, whatever the"
            " interval of the difference; may be repeated.",
        ),
    ] = None,
    flips: Annotated[
        int, typer.Option("--flips", min=0, help="Questions that changed sides to show.")
    ] = 10,
    articles: Articles = None,
    as_json: AsJson = False,
) -> None:
    """Print what differs between two runs of the same gold, B less A, and how surely."""
    _need("ir_measures")
    from evals.figures.compare import compare, worse
    from evals.figures.tables import comparison_blocks
    from evals.run.runs import load_run
    from evals.run.texts import article_texts

    limits = [_limit(text) for text in fail_if_worse or ()]
    gold = load_gold(gold_file or _gold_of(a, "name GOLD after the two runs"))
    runs = load_run(a, gold), load_run(b, gold)
    for run in runs:
        if run.unanswered:
            note(_incomplete(run.path, run.unanswered))
    named = _named(articles)
    with article_texts(named, runs[0].header) as of_a, article_texts(named, runs[1].header) as of_b:
        compared = compare(*runs, of_a, of_b)
    failed = worse(compared, limits)
    _print(compared.as_json() if as_json else None, comparison_blocks(compared, flips))
    for name in failed:
        found = compared.metrics[name]
        note(f"{name} is worse: {found.a:.4f} in {a}, {found.b:.4f} in {b}")
    raise typer.Exit(WORSE if failed else 0)


@app.command("report")
def report_runs(
    run_files: Annotated[
        list[Path],
        typer.Argument(
            metavar="RUN...", help="Runs of the same gold; the last is looked at closely."
        ),
    ],
    *,
    out: Annotated[Path, typer.Option("--out", metavar="REPORT.html", help="Where the page goes.")],
    gold_file: Annotated[
        Path | None,
        typer.Option(
            "--gold", metavar="GOLD", help="Default: the gold the last run was made with."
        ),
    ] = None,
    worst: Annotated[
        int, typer.Option("--worst", min=1, help="Questions to show, the worst first.")
    ] = 100,
    articles: Articles = None,
) -> None:
    """Write one page about runs: their figures, plots, and the worst questions of the last.

    Quotes are shown in --articles, or else in the articles that the runs were made from.
    """
    _need("ir_measures", "jinja2", "matplotlib")
    from evals.figures.score import score
    from evals.report.page import check_out, page, write_page
    from evals.run.runs import load_run
    from evals.run.texts import article_texts

    check_out(out)
    gold_file = (gold_file or _gold_of(run_files[-1], "name it with --gold")).resolve()
    gold = load_gold(gold_file)
    runs = [load_run(path, gold) for path in run_files]
    for run in runs:
        if run.unanswered:
            note(_incomplete(run.path, run.unanswered))
    named = _named(articles)
    with ExitStack() as open_stores:
        texts = [open_stores.enter_context(article_texts(named, run.header)) for run in runs]
        name = f"{gold_file.parent.name}/{gold_file.name}"
        text = page(name, list(map(score, runs, texts)), worst, texts[-1])
    write_page(out, text)
    note(f"{out} is written, {len(text.encode()) / 1e6:.1f} MB; open it in a browser")


@app.command("judge")
def judge_run(
    run_file: Annotated[Path, typer.Argument(metavar="RUN", help="A run of `dateline eval run`.")],
    gold_file: GoldFile,
    *,
    repeat: Annotated[
        int, typer.Option("--repeat", min=1, max=20, help="How often each answer is judged.")
    ] = 1,
    concurrency: Annotated[
        int, typer.Option("--concurrency", min=1, max=64, help="Answers under way at a time.")
    ] = 4,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="VERDICTS.jsonl", help="Default: RUN.judge.jsonl."),
    ] = None,
    prompts: PromptsDirectory = None,
    as_json: AsJson = False,
) -> None:
    """Have CHAT_MODEL judge the answers of a run; taken up where it stopped.

    It judges whether answers are right and whether they keep to their quotes, and is itself
    judged by answers that do not belong, and by the deterministic figures.
    """
    _need("ir_measures")
    from evals.figures.tables import judgement_blocks
    from evals.run.runs import load_run

    config = load_config({"prompts": prompts})
    run = load_run(run_file, load_gold(gold_file))
    out = out or run_file.with_name(f"{run_file.name.removesuffix('.jsonl')}.judge.jsonl")
    found = asyncio.run(_judge(config, run, out, repeat, concurrency))
    _print(found.as_json() if as_json else None, judgement_blocks(found))


@app.command("check")
def check_gold(
    gold_file: GoldFile,
    *,
    articles: Articles = None,
    store: StoreDirectory = None,
    as_json: AsJson = False,
) -> None:
    """Find what is wrong with gold questions; exit status 1 when there are errors."""
    from bot.compose import open_store
    from evals.gold.check import check

    config = load_config({"articles": articles, "store": store})
    with open_store(config, note, lambda _: None) as opened:
        checked = check(gold_file, opened)
    found = {level: checked.count(level) for level in ("error", "warning")}
    if as_json:
        counts = {"kinds": checked.kinds, "errors": found["error"], "warnings": found["warning"]}
        typer.echo(json.dumps(counts | {"findings": [asdict(f) for f in checked.findings]}))
    else:
        _print_findings(checked.findings)
        kinds = ", ".join(f"{number:,} {kind}" for kind, number in checked.kinds.items())
        said = ", ".join(f"{number:,} {level}s" for level, number in found.items())
        typer.echo(f"{said}; {kinds or 'no questions'}")
    raise typer.Exit(1 if found["error"] else 0)


@app.command("draft")
def draft_gold(
    *,
    out: Annotated[
        Path, typer.Option("--out", metavar="GOLD.jsonl", help="Where accepted questions go.")
    ] = Path("gold.jsonl"),
    count: Annotated[int, typer.Option("--count", min=1, help="How many at most.")] = 20,
    articles: Articles = None,
    store: StoreDirectory = None,
    as_json: AsJson = False,
) -> None:
    """Propose gold questions about the articles, to accept, mend or skip."""
    from bot.compose import open_store
    from bot.terminal.render import console
    from evals.gold.draft import proposals
    from evals.gold.review import Review, seen
    from evals.gold.rewording import worded

    if not as_json and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("draft asks about each question, in a terminal; --json prints them all")
    config = load_config({"articles": articles, "store": store})
    with open_store(config, note, lambda _: None) as opened:
        found = {row.source: opened.article(row.source) for row in opened.catalogue()}
    texts = {source: article for source, article in found.items() if article}
    proposed = list(islice(proposals(list(texts.values()), seen(out)), count))
    if not proposed:
        raise UsageError("nothing is left to propose; add articles, or choose another --out")
    with worded(config, proposed, texts) as ready:
        if as_json:
            for proposal in ready:
                typer.echo(json.dumps(proposal.as_gold()))
            return
        review = Review(out, lambda source: texts[source].text, console(sys.stdout))
        note(f"accepted into {out}: {review.run(ready)} of {len(proposed)}")


def _run(
    config: Config,
    gold_file: Path,
    gold: Sequence[Gold],
    *,
    out: Path,
    before: int,
    earlier: "Header | None",
    concurrency: int,
) -> None:
    from bot.compose import open_store
    from evals.run.header import describe, now, same_or_refused, write_header
    from evals.run.progress import RunProgress
    from evals.run.runs import load_run

    with open_store(config, note, lambda _: None) as store:
        _know_sources(gold_file, gold, lambda source: store.article(source) is not None)
        header = describe(config, store, gold_file, gold)
        if earlier:
            header = same_or_refused(earlier, header, out)
        known = bool(earlier) or not before
        if before == len(gold):
            return
        if known:
            write_header(out, header)
        records = load_run(out, gold).records if before else ()
        with RunProgress(len(gold), records, header.usage) as progress:
            try:
                asyncio.run(
                    _answer(
                        gold[before:],
                        config,
                        store,
                        out=out,
                        concurrency=concurrency,
                        progress=progress,
                    )
                )
            finally:  # what is paid is paid, wherever the run stopped
                header = replace(header, usage=progress.usage)
                if known:
                    write_header(out, header)
        if known:
            models = sorted({str(r.answer.get("model")) for r in load_run(out, gold).records})
            write_header(out, replace(header, model=", ".join(models), finished=now()))
    note(f"{len(gold)} answers in {out}: {progress.figures}")


async def _answer(
    gold: Sequence[Gold],
    config: Config,
    store: "Store",
    *,
    out: Path,
    concurrency: int,
    progress: "RunProgress",
) -> None:
    from bot.compose import answerer_on, language_model
    from bot.llm import Price
    from evals.run.runner import run

    price = Price(*config.chat_price) if config.chat_price else None
    async with language_model(config) as llm:

        def tell(record: "Record") -> None:
            if llm:
                progress.spent(llm.usage, price)
            progress.advance(record)

        await run(
            gold,
            answerer_on(store, config, llm),
            out,
            as_of=config.today,
            concurrency=concurrency,
            on_record=tell,
        )


def _know_sources(gold_file: Path, gold: Sequence[Gold], known: Callable[[str], bool]) -> None:
    """Refuse gold of other articles; of single sources that are not there, tell."""
    sources = {source for g in gold for source in g.sources}
    strange = [source for source in sorted(sources) if not known(source)]
    if sources and len(strange) == len(sources):
        raise UsageError(
            f"{gold_file} is about other articles: none of its {len(sources)} sources is among "
            "these; name its own with --articles"
        )
    if strange:
        note(
            f"{len(strange)} of the {len(sources)} sources of {gold_file} are not among the "
            f"articles, such as {strange[0]}; `dateline eval check` lists them"
        )


async def _judge(
    config: Config, run: "Run", out: Path, repeat: int, concurrency: int
) -> "Judgement":
    from bot.compose import language_model, prompts
    from bot.llm import Price
    from evals.judge.judge import cases, description, judge, verdicts_so_far
    from evals.judge.verdicts import judgement
    from evals.run.progress import bar

    async with language_model(config) as llm:
        if llm is None:
            raise UsageError("judging needs a language model; name one in CHAT_MODEL")
        words, wanted = prompts(config), cases(run, repeat)
        described = description(run, llm, words, repeat)
        given = [v for v in verdicts_so_far(out, described) if v.case in wanted]
        if given:
            note(f"{len(given)} of {len(wanted)} verdicts are there already; going on")
        with bar() as shown:
            task = shown.add_task("verdicts", total=len(wanted), completed=len(given))

            def tell(verdict: "Verdict") -> None:
                given.append(verdict)
                shown.update(task, advance=1, description=f"{llm.usage.prompt_tokens:,} tokens")

            left = {c: data for c, data in wanted.items() if c not in {v.case for v in given}}
            await judge(
                left,
                run,
                llm,
                words,
                out,
                temperature=described["temperature"],
                concurrency=concurrency,
                on_verdict=tell,
            )
    price = Price(*config.chat_price) if config.chat_price else None
    return judgement(run, described, given, price)


def _need(*modules: str) -> None:
    """Refuse in one line what the extra `eval` is needed for and is not installed."""
    if not all(map(find_spec, modules)):
        raise UsageError("this needs more than Dateline alone: pip install 'dateline[eval]'")


def _named(articles: list[str] | None) -> tuple[Path, ...]:
    from bot.compose import articles_roots

    return articles_roots(load_config({"articles": articles})) if articles else ()


def _gold_of(run: Path, otherwise: str) -> Path:
    """The gold file that a run was made with; `otherwise` says what to do where it is unknown."""
    from evals.run.header import read_header

    header = read_header(run)
    if header is None:
        raise UsageError(f"{run} has no header that names its gold; {otherwise}")
    gold = Path(header.gold["file"])
    if not gold.exists():
        raise UsageError(f"{run} was made with {gold}, which is gone; {otherwise}")
    return gold


def _limit(text: str) -> tuple[str, float]:
    metric, _, delta = text.rpartition(":")
    try:
        return metric, float(delta)
    except ValueError:
        raise UsageError(
            f"--fail-if-worse {text}: it takes METRIC:DELTA, such as answer_hit:0.02"
        ) from None


def _incomplete(run: Path, unanswered: int) -> str:
    return (
        f"WARNING: {run} is not complete: {unanswered} gold questions have no answer in it and "
        "are left out of every figure"
    )


def _print(value: object, blocks: "Iterable[Block]") -> None:
    """The value as JSON where there is one, else the blocks."""
    from bot.terminal.render import console, print_blocks

    if value is None:
        print_blocks(console(sys.stdout), blocks)
    else:
        typer.echo(json.dumps(value))


def _print_findings(findings: Sequence["Finding"]) -> None:
    from bot.terminal.render import one_line

    width = min(24, max((len(f.id or "") for f in findings), default=0))
    for f in findings:
        typer.echo(f"{f.level:8}{f.line:>6}  {one_line(f.id or ''):{width}}  {one_line(f.reason)}")
