"""`dateline eval judge`."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import AsJson, PromptsDirectory
from bot.cli.output import note
from bot.config import Config, load_config
from evals.arguments import GoldFile, need, print_found
from evals.gold.format import load_gold
from index.errors import UsageError

# ruff: noqa: PLC0415
if TYPE_CHECKING:
    from evals.judge.judge import Verdict
    from evals.judge.verdicts import Judgement
    from evals.run.runs import Run


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
    need("ir_measures")
    from evals.judge.tables import judgement_blocks
    from evals.run.runs import load_run

    config = load_config({"prompts": prompts})
    run = load_run(run_file, load_gold(gold_file))
    out = out or run_file.with_name(f"{run_file.name.removesuffix('.jsonl')}.judge.jsonl")
    found = asyncio.run(_judge(config, run, out, repeat, concurrency))
    print_found(found.as_json() if as_json else None, judgement_blocks(found))


async def _judge(
    config: Config, run: "Run", out: Path, repeat: int, concurrency: int
) -> "Judgement":
    from bot.factory import language_model
    from bot.llm import Price
    from bot.llm.opening import prompts
    from evals.commands.progress import bar
    from evals.judge.judge import cases, description, judge, verdicts_so_far
    from evals.judge.verdicts import judgement

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
