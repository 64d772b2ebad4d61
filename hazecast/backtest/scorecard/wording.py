"""Numbers and hours as the scorecard writes them."""

import math
from collections.abc import Iterable, Sequence

from hazecast.backtest.verification.terms import UNCORRECTED
from hazecast.records import Level

NOTHING = "–"
MINUS = "\u2212"


def fixed(value: float, digits: int = 1) -> str:
    """A number with so many digits behind the point, a dash for NaN."""
    if math.isnan(value):
        return NOTHING
    text = f"{value:,.{digits}f}"
    return text.replace("-", MINUS) if float(text.replace(",", "")) != 0.0 else text.lstrip("-")


def signed(value: float, digits: int = 1) -> str:
    """The same with its sign, also where it is positive."""
    text = fixed(value, digits)
    return f"+{text}" if not math.isnan(value) and not text.startswith(MINUS) and float(text.replace(",", "")) != 0.0 else text


def percent(share: float, digits: int = 0) -> str:
    """A share of 1 as per cent."""
    return NOTHING if math.isnan(share) else f"{fixed(100.0 * share, digits)} %"


def interval(low: float, high: float, digits: int = 1) -> str:
    """An interval, empty where there is none."""
    return "" if math.isnan(low) or math.isnan(high) else f"{fixed(low, digits)} to {fixed(high, digits)}"


def counted(number: int, one: str, several: str = "") -> str:
    """A number with what it counts."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def listed(parts: Sequence[str], last: str = "and") -> str:
    """Parts with commas, and a word before the last."""
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}" if len(parts) > 1 else "".join(parts)


def forecast_in_words(forecast: str) -> str:
    """A forecast's name inside a sentence."""
    return "the uncorrected forecast" if forecast == UNCORRECTED else forecast


def level_in_words(level: Level) -> str:
    """A level with those above it; there is none above red."""
    return "red" if level is Level.RED else f"{level.name.lower()} or above"


def lead_hours(labels: Iterable[str]) -> str:
    """Groups of lead times such as 1-6, those that adjoin as one, with their unit."""
    ends: list[list[int]] = []
    for label in labels:
        start, end = (int(hour) for hour in label.split("-"))
        if ends and ends[-1][1] + 1 == start:
            ends[-1][1] = end
        else:
            ends.append([start, end])
    return f"{listed([f'{start}–{end}' for start, end in ends])} h"


def ratio_in_words(ratio: float) -> str:
    """A cost-loss ratio as 1:8, or as a number where its inverse is none."""
    whole = round(1.0 / ratio)
    return f"1:{whole}" if math.isclose(whole * ratio, 1.0, rel_tol=1e-9) else f"{ratio:g}"


def p_value(value: float) -> str:
    """How often chance does as much."""
    if math.isnan(value):
        return NOTHING
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}" if value < 0.01 else f"p = {value:.2f}"
