"""Relative economic value by cost-loss ratio."""

from collections.abc import Mapping

from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter

from hazecast.backtest.scorecard.pictures.canvas import INK, LOOKS, data_uri, picture, quiet_grid
from hazecast.backtest.value import ValueCurve
from hazecast.backtest.verification.terms import FORECAST, PERSISTENCE

TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)


def draw_value(curves: Mapping[str, ValueCurve], cost_ratio: float) -> str:
    """The value of `curves` by forecast: acting on probabilities, on the forecast level, and on persistence."""
    own = curves[FORECAST]
    with picture() as drawn:
        axes = drawn.subplots()
        quiet_grid(axes)
        blue = LOOKS[FORECAST].colour
        axes.fill_between(own.ratios, 0, own.best, color=blue, alpha=0.14, linewidth=0, label="probabilities, best threshold")
        axes.plot(own.ratios, own.at_ratio, color=blue, label="probabilities, acting at one's own ratio")
        axes.plot(own.ratios, own.warnings, color=blue, linestyle=(0, (4, 2)), linewidth=1.4, label="forecast level")
        if PERSISTENCE in curves:
            look = LOOKS[PERSISTENCE]
            axes.plot(
                own.ratios, curves[PERSISTENCE].warnings, color=look.colour, linestyle=look.dashes, linewidth=1.4, label="persistence"
            )
        axes.axvline(cost_ratio, color=INK, linewidth=1.0, linestyle=(0, (1, 1.5)))
        axes.axhline(0, color=INK, linewidth=0.9)
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(FixedLocator(TICKS))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.set(xlim=(0.01, 1.0), ylim=(-0.2, 1.0), xlabel="Cost of acting ÷ loss (logarithmic)", ylabel="Relative economic value")
        axes.legend(ncols=2, loc="lower left", bbox_to_anchor=(-0.02, 1.0), handlelength=2.2, columnspacing=1.2)
        return data_uri(drawn)
