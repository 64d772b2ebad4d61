"""The files of a scorecard."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from hazecast.backtest.scorecard.options import ScorecardOptions
from hazecast.errors import MissingExtra, SettingsError

if TYPE_CHECKING:
    from hazecast.backtest.scorecard.evidence import Evidence

Progress = Callable[[str, float], None]
DEFAULTS = ScorecardOptions()
PAGE, EVENTS, VALUE = "scorecard.html", "events.csv", "value.csv"


def write_scorecard(
    folder: Path, options: ScorecardOptions = DEFAULTS, progress: Progress = lambda _stage, _done: None
) -> tuple[Path, ...]:
    """Score the finished backtest in `folder` and write scorecard.html, scores.csv, scores.nc, events.csv and value.csv into it.

    Raises MissingExtra without the optional part 'backtest', ArchiveError for a folder without a finished backtest, UnreadableInput for
    control days that cannot be read, SettingsError where the folder cannot be written.
    """
    try:
        from hazecast.backtest.scorecard.evidence import gather_evidence
        from hazecast.backtest.scorecard.page import html_of, page_of
        from hazecast.backtest.verification import write_scores
    except ImportError as absent:
        if absent.name is not None and absent.name.partition(".")[0] == "hazecast":
            raise
        raise MissingExtra("A scorecard", "backtest") from absent
    from hazecast.backtest.scorecard.stored import load_backtest

    evidence = gather_evidence(load_backtest(folder), options, progress)
    page = html_of(page_of(evidence, progress))
    try:
        write_scores(evidence.verification, folder)
        files = {PAGE: page, EVENTS: _events_csv(evidence), VALUE: _value_csv(evidence)}
        for name, text in files.items():
            partial = folder / f".{name}.partial"
            partial.write_text(text, encoding="utf-8")
            partial.replace(folder / name)
    except OSError as refused:
        raise SettingsError(f"The scorecard cannot be written into {folder}: {refused.strerror}.", "Make the folder writable.") from refused
    progress("scorecard", 1.0)
    return (folder / PAGE, folder / "scores.csv", folder / "scores.nc", folder / EVENTS, folder / VALUE)


def _events_csv(evidence: "Evidence") -> str:
    from hazecast.backtest.scorecard.episodes import episodes_frame

    return _csv(episodes_frame(evidence))


def _value_csv(evidence: "Evidence") -> str:
    rows = [
        (value.level.name.lower(), value.day, name, ratio, curve.base_rate, warned, own, best)
        for value in evidence.values
        for name, curve in value.curves.items()
        for ratio, warned, own, best in zip(curve.ratios, curve.warnings, curve.at_ratio, curve.best, strict=True)
    ]
    columns = [
        "level",
        "day",
        "forecast",
        "cost_loss_ratio",
        "base_rate",
        "value_of_level",
        "value_of_probabilities",
        "value_at_best_threshold",
    ]
    return _csv(pd.DataFrame(rows, columns=columns).round(6))


def _csv(table: pd.DataFrame) -> str:
    text = StringIO()
    table.to_csv(text, index=False, lineterminator="\n")
    return text.getvalue()
