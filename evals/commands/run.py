"""`dateline eval run`."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import Articles, AsOf, PromptsDirectory, StoreDirectory
from bot.cli.output import note
from bot.config import Config, load_config
from evals.arguments import GoldFile, know_sources, warn_if_missing
from evals.gold.format import Gold, load_gold
from index.errors import UsageError

# ruff: noqa: PLC0415
if TYPE_CHECKING:
    from evals.commands.progress import RunProgress
    from evals.run.header import Header
    from evals.run.runs import Record
    from index.store import Store


def run_gold(
    gold_file: GoldFile,
    *,
    out: Annotated[Path, typer.Option("--out", metavar="RUN.jsonl", help="Where the answers go.")],
    concurrency: Annotated[
        int | None,
        typer.Option(
            "--concurrency",
            min=1,
            max=64,
            help="Questions under way at a time. Default: one for each process that answers.",
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers",
            min=1,
            max=64,
            help="Processes that answer. Default: one for each processor; where a language model "
            "writes, this one.",
        ),
    ] = None,
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
    warn_if_missing("ir_measures", purpose="`dateline eval score`")
    flags: dict[str, object] = {"articles": articles, "store": store, "prompts": prompts}
    flags |= {"as_of": as_of, "workers": workers}
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


def _run(
    config: Config,
    gold_file: Path,
    gold: Sequence[Gold],
    *,
    out: Path,
    before: int,
    earlier: "Header | None",
    concurrency: int | None,
) -> None:
    from bot.factory import open_store
    from evals.commands.progress import RunProgress
    from evals.run.header import describe, now, same_or_refused, write_header
    from evals.run.runs import load_run

    with open_store(config, note, lambda _: None) as store:
        know_sources(gold_file, gold, lambda source: store.article(source) is not None)
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
    concurrency: int | None,
    progress: "RunProgress",
) -> None:
    from bot.llm import Price
    from evals.run.answering import respondent
    from evals.run.runner import run

    price = Price(*config.chat_price) if config.chat_price else None
    async with respondent(config, store, len(gold)) as answers:

        def tell(record: "Record") -> None:
            if answers.llm:
                progress.spent(answers.llm.usage, price)
            progress.advance(record)

        await run(
            gold,
            answers.answerer,
            out,
            as_of=config.today,
            concurrency=concurrency or answers.at_a_time,
            on_record=tell,
        )
