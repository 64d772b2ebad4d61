"""The scorecard of a backtest: one HTML file that says how good the forecasts were, beside what they must beat."""

from hazecast.backtest.scorecard.options import ScorecardOptions
from hazecast.backtest.scorecard.writing import write_scorecard

__all__ = ["ScorecardOptions", "write_scorecard"]
