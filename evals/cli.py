"""The commands of `dateline eval`.

Heavy modules are imported by the commands that need them.
"""

import typer

from evals.commands.gold import check_gold, draft_gold
from evals.commands.judge import judge_run
from evals.commands.report import report_runs
from evals.commands.run import run_gold
from evals.commands.score import compare_runs, score_run

app = typer.Typer(
    help="Measure Dateline against gold questions.", rich_markup_mode=None, add_completion=False
)


@app.callback()
def evaluate() -> None:
    """Measure Dateline against gold questions."""


app.command("run")(run_gold)
app.command("score")(score_run)
app.command("compare")(compare_runs)
app.command("report")(report_runs)
app.command("judge")(judge_run)
app.command("check")(check_gold)
app.command("draft")(draft_gold)
