"""What errors in the weather leave of the skill: `python -m tests.real.weather_errors_figure PERFECT WITH_ERRORS OUT.png` of two backtests.

Prints the table and draws the curves: hazecast with both weathers, persistence and climatology, on the same pairs of either backtest.
"""

import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib import pyplot as plt

LINES = (
    ("analysed weather", "perfect", "hazecast", "#1f5fa8", "-"),
    ("weather with errors that grow", "errs", "hazecast", "#c4502c", "-"),
    ("climatology", "errs", "climatology", "#5c6773", "--"),
    ("persistence", "errs", "persistence", "#5c6773", ":"),
)


def main() -> None:
    folders = {"perfect": Path(sys.argv[1]), "errs": Path(sys.argv[2])}
    scores = {name: rmse_by_lead(folder) for name, folder in folders.items()}
    table = pd.DataFrame({label: scores[of][forecast] for label, of, forecast, _, _ in LINES})
    print("| lead, h | " + " | ".join(table.columns) + " |", "|---" * (1 + len(table.columns)) + "|", sep="\n")
    for group, values in table.iterrows():
        print(f"| {group} | " + " | ".join(f"{value:.1f}" for value in values) + " |")
    draw(table, Path(sys.argv[3]))


def rmse_by_lead(folder: Path) -> pd.DataFrame:
    """Lead groups by forecasts, in µg m-3, of all days."""
    scores = pd.read_csv(folder / "scores.csv")
    rows = scores[(scores["kind"] == "lead") & (scores["score"] == "rmse") & (scores["days"] == "all")]
    return rows.pivot_table(index="slice", columns="forecast", values="value", sort=False)


def draw(table: pd.DataFrame, out: Path) -> None:
    mpl.use("Agg")
    figure, panel = plt.subplots(figsize=(8, 4.4), layout="constrained")
    at = np.arange(len(table))
    for label, _, _, colour, style in LINES:
        panel.plot(at, table[label], style, color=colour, marker="o", ms=4, lw=1.8, label=label)
    panel.set_xticks(at, [f"{group} h" for group in table.index])
    panel.set_ylim(0)
    panel.set_ylabel("RMSE of PM2.5, µg/m³")
    panel.set_xlabel("lead time")
    panel.grid(axis="y", color="#d9dde1", lw=0.6)
    panel.spines[["top", "right"]].set_visible(False)
    panel.legend(frameon=False, fontsize=9)
    figure.savefig(out, dpi=110)


if __name__ == "__main__":
    main()
