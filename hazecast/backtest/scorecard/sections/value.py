"""What forecasts are worth to those who act on them, and the dial of the cost-loss ratio."""

import numpy as np

from hazecast.backtest.dial import DialSetting
from hazecast.backtest.events.hours import WarnedHours
from hazecast.backtest.events.tally import Outcome
from hazecast.backtest.scorecard.blocks import Cell, Picture, Row, Section, Table
from hazecast.backtest.scorecard.evidence import Evidence, LevelValue
from hazecast.backtest.scorecard.explanations import VALUE
from hazecast.backtest.scorecard.pictures.value_curves import draw_value
from hazecast.backtest.scorecard.wording import counted, fixed, level_in_words, percent, ratio_in_words
from hazecast.backtest.verification import FORECAST

SHOWN_RATIOS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7)


def value_section(evidence: Evidence) -> Section:
    """Value curves of each level, and in words what one would have done at the ratio of the dial."""
    ratio = ratio_in_words(evidence.cost_ratio)
    said = tuple(dial_in_words(setting, evidence) for setting in evidence.dial if setting.day == evidence.dial[0].day)
    if not said:
        said = ("No probabilities of levels were forecast: the dial cannot be turned.",)
    tables = (*_dial_table(evidence, ratio), *(_value_table(value) for value in evidence.values))
    return Section(
        anchor="value",
        title=f"What forecasts are worth, and the dial at {ratio}",
        said=said,
        pictures=tuple(_picture(value, evidence.cost_ratio) for value in evidence.values),
        tables=tables,
        notes=(VALUE,),
    )


def dial_in_words(setting: DialSetting, evidence: Evidence) -> str:
    """What would have been warned of and missed at one setting."""
    tally, hours, days = setting.tally, setting.tally.hours, setting.days
    ratio, level = ratio_in_words(setting.ratio), level_in_words(setting.level)
    happened = hours.warned + hours.unwarned
    start = f"Warning of {level} as soon as its probability reaches {ratio}, a day ahead:"
    if not happened:
        return f"{start} the level never came, and {counted(hours.in_vain, 'station hour')} would have been warned in vain."
    excused = f" ({tally.excused} on control days)" if evidence.control else ""
    return (
        f"{start} {hours.warned:,} of {counted(happened, 'station hour')} at the level would have been warned, {hours.unwarned:,} missed, "
        f"and {hours.in_vain:,} warned in vain. Days: {days.warned:,} of {counted(days.warned + days.unwarned, 'station day')} warned, "
        f"{days.unwarned:,} missed, {days.in_vain:,} in vain. Events: {tally.count(Outcome.HIT):,} of {tally.observed_events:,} hit, "
        f"{tally.count(Outcome.NEAR):,} nearly, {tally.count(Outcome.MISSED):,} missed, "
        f"{counted(tally.count(Outcome.FALSE), 'false alarm')}{excused}. {_expense(setting)}"
    )


def _expense(setting: DialSetting) -> str:
    expense = setting.expense
    if np.isnan(expense.value):
        return ""
    return (
        f"At a cost of 1 an hour of acting and a loss of {fixed(1 / setting.ratio, 0)} that comes to {fixed(expense.spent, 0)}, without a "
        f"forecast to {fixed(expense.plain, 0)}, with a perfect one to {fixed(expense.best, 0)}: a value of {fixed(expense.value, 2)}."
    )


def _dial_table(evidence: Evidence, ratio: str) -> tuple[Table, ...]:
    rows = []
    for setting in evidence.dial:
        plain = evidence.events.row(setting.level, setting.day, FORECAST)
        for name, hours, tally in ((f"at {ratio}", setting.tally.hours, setting.tally), ("forecast level", plain.hours, plain)):
            events = [Cell(f"{tally.count(o):,}") for o in (Outcome.HIT, Outcome.NEAR, Outcome.MISSED, Outcome.FALSE)]
            header = f"{setting.level.name.capitalize()}, {setting.day}"
            rows.append(Row(header, (*_hour_cells(hours), *events), name, name != "forecast level"))
    columns = (
        "Level, day ahead",
        "Hours warned rightly",
        "Hours missed",
        "Hours in vain",
        "Events hit",
        "Nearly",
        "Missed",
        "False alarms",
    )
    return (Table(f"Warning at {ratio} beside the forecast level", columns, tuple(rows)),) if rows else ()


def _hour_cells(hours: WarnedHours) -> tuple[Cell, ...]:
    return (
        Cell(f"{hours.warned:,}", percent(hours.hit_rate)),
        Cell(f"{hours.unwarned:,}"),
        Cell(f"{hours.in_vain:,}", f"{percent(hours.false_alarm_ratio)} of warned"),
    )


def _picture(value: LevelValue, cost_ratio: float) -> Picture:
    own, level = value.curves[FORECAST], level_in_words(value.level)
    at = int(np.argmin(np.abs(own.ratios - cost_ratio)))
    line = own.best if np.isfinite(own.best).any() else own.warnings
    top = int(np.nanargmax(line)) if np.isfinite(line).any() else at
    return Picture(
        f"Economic value, {level}, a day ahead",
        f"Relative economic value by cost-loss ratio. It is highest, {fixed(float(line[top]), 2)}, at {own.ratios[top]:g}; at "
        f"{ratio_in_words(cost_ratio)} acting on probabilities is worth {fixed(float(own.at_ratio[at]), 2)}, on the forecast level "
        f"{fixed(float(own.warnings[at]), 2)}.",
        f"Base rate {percent(own.base_rate, 1)}. The dotted line is the dial at {ratio_in_words(cost_ratio)}.",
        draw_value(value.curves, cost_ratio),
    )


def _value_table(value: LevelValue) -> Table:
    own = value.curves[FORECAST]
    rows = []
    for ratio in SHOWN_RATIOS:
        at = int(np.argmin(np.abs(own.ratios - ratio)))
        cells = [Cell(fixed(float(line[at]), 2)) for line in (own.best, own.at_ratio, own.warnings)]
        cells += [Cell(fixed(float(curve.warnings[at]), 2)) for name, curve in value.curves.items() if name != FORECAST]
        rows.append(Row(f"{ratio:g}", tuple(cells)))
    others = [name for name in value.curves if name != FORECAST]
    columns = ("Cost ÷ loss", "Probabilities, best threshold", "Probabilities, own ratio", "Forecast level", *others)
    level = level_in_words(value.level)
    return Table(f"Relative economic value, {level}, a day ahead", columns, tuple(rows), f"Values by ratio, {level}")
