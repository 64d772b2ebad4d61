"""What was there to be scored, and what was missing."""

from hazecast.backtest.scorecard.blocks import Cell, Row, Section, Table
from hazecast.backtest.scorecard.evidence import Evidence
from hazecast.backtest.scorecard.wording import counted, listed, percent

MOST_FAILED = 20


def counts_section(evidence: Evidence) -> Section:
    """Pairs and cycles, those that lack something counted."""
    verification, record = evidence.verification, evidence.backtest.record
    counts, comparison = verification.counts, verification.comparison
    rows = [
        _row("Possible pairs of cycle, station and lead time", counts.possible, counts.possible),
        _row("Not observed", counts.not_observed, counts.possible),
        _row("Not forecast", counts.not_forecast, counts.possible),
        _row("Observed and forecast", counts.both, counts.possible),
    ]
    rows += [_row(f"Missing: {f}", n, counts.possible) for f, n in zip(counts.forecasts[1:], counts.missing[1:], strict=True)]
    failed = record.get("failed", ())
    planned, done = record.get("cycles_planned", verification.cycles), record.get("cycles_done", verification.cycles)
    said = [f"{counted(done, 'cycle')} of {planned:,} planned were run; {counted(len(failed), 'cycle')} could not be."]
    said.append(f"Scored on the same pairs: {listed(comparison.common)}.")
    tables = [Table("Pairs", ("What", "Pairs", "Share"), tuple(rows))]
    if failed:
        left = f" The first {MOST_FAILED} of {len(failed)}." if len(failed) > MOST_FAILED else ""
        lines = tuple(Row(str(f.get("cycle")), (Cell(str(f.get("reason"))),)) for f in failed[:MOST_FAILED])
        tables.append(Table(f"Cycles that could not be run.{left}", ("Cycle", "Why"), lines))
    return Section("counts", "What is missing", tuple(said), tables=tuple(tables))


def _row(name: str, count: int, possible: int) -> Row:
    return Row(name, (Cell(f"{count:,}"), Cell(percent(count / possible if possible else float("nan"), 1))))
