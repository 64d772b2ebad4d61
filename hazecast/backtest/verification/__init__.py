"""The scores of a backtest as tables: the same pairs for all forecasts, and how sure each score is."""

from hazecast.backtest.verification.control_days import ControlDays, ControlPeriod, read_control_days
from hazecast.backtest.verification.counting import Comparison, MissingCounts
from hazecast.backtest.verification.files import write_scores
from hazecast.backtest.verification.pairs import Pairs, paired
from hazecast.backtest.verification.scoring import Verification, verify
from hazecast.backtest.verification.terms import (
    BASELINES,
    CLIMATOLOGY,
    DIURNAL_PERSISTENCE,
    FORECAST,
    FORECASTS,
    PERSISTENCE,
    UNCORRECTED,
    Terms,
    terms_of,
)

__all__ = [
    "BASELINES",
    "CLIMATOLOGY",
    "DIURNAL_PERSISTENCE",
    "FORECAST",
    "FORECASTS",
    "PERSISTENCE",
    "UNCORRECTED",
    "Comparison",
    "ControlDays",
    "ControlPeriod",
    "MissingCounts",
    "Pairs",
    "Terms",
    "Verification",
    "paired",
    "read_control_days",
    "terms_of",
    "verify",
    "write_scores",
]
