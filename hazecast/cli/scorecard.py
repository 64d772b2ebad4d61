"""`hazecast scorecard`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hazecast.cli.app import JsonOption, app
from hazecast.cli.output import print_result
from hazecast.cli.progress import progress_bars
from hazecast.errors import SettingsError

if TYPE_CHECKING:
    from hazecast.backtest.scorecard import ScorecardOptions

CompareOption = Annotated[Path | None, typer.Option("--compare", metavar="OTHER_DIR", help="Another backtest to hold it against.")]
CostRatioOption = Annotated[
    str, typer.Option("--cost-ratio", metavar="COST:LOSS", help="Warn as soon as the probability reaches this ratio of cost to loss.")
]
ControlDaysOption = Annotated[
    Path | None, typer.Option("--control-days", metavar="FILE.csv", help="Days of emission control: columns first, last, where.")
]
DEFAULT_COST_RATIO = "1:8"


@app.command()
def scorecard(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of a finished backtest.")],
    compare: CompareOption = None,
    cost_ratio: CostRatioOption = DEFAULT_COST_RATIO,
    control_days: ControlDaysOption = None,
    as_json: JsonOption = False,
) -> None:
    """Score a finished backtest anew, and hold it against another."""
    options = scorecard_options(compare, cost_ratio, control_days)
    from hazecast.backtest.scorecard import write_scorecard

    with progress_bars(as_json) as progress:
        files = write_scorecard(folder, options, progress)
    print_result(as_json, {"files": [str(file) for file in files]}, [f"Written  {file}" for file in files])


def scorecard_options(compare: Path | None, cost_ratio: str, control_days: Path | None) -> "ScorecardOptions":
    """The options as they were typed; raises SettingsError for a ratio that is none."""
    from hazecast.backtest.scorecard import ScorecardOptions

    return ScorecardOptions(ratio_of(cost_ratio), compare, control_days)


def ratio_of(text: str) -> float:
    """A ratio such as 1:8, 1/8 or 0.125; raises SettingsError unless it lies within 0 to 1."""
    cost, _, loss = text.replace("/", ":").partition(":")
    try:
        ratio = float(cost) / float(loss or "1")
    except (ValueError, ZeroDivisionError):
        ratio = 0.0
    if not 0.0 < ratio < 1.0:
        raise SettingsError(
            f"--cost-ratio is {text!r}; expected the cost of acting and the loss that it prevents, the loss being larger.",
            "Give it as 1:8.",
        )
    return ratio
