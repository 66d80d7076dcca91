"""The commands of `dateline eval`.

Heavy modules are imported by the commands that need them.
"""

import typer

from evals.figures.command import compare_runs, score_run
from evals.gold.command import check_gold, draft_gold
from evals.judge.command import judge_run
from evals.report.command import report_runs
from evals.run.command import run_gold

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
