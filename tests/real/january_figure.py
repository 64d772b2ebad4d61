"""January 2013 as hazecast would have foretold it, in pictures: `python -m tests.real.january_figure BACKTEST OUT.png [STATION]`."""

import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
import xarray as xr
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.dates import DateFormatter, DayLocator
from numpy.typing import NDArray

from hazecast.archive.netcdf import read_dataset
from hazecast.backtest.replay.forecasts_file import by_id

STATION = "Beijing US Post"
LOCAL = np.timedelta64(8, "h")
STRANDS = ((1, 24, "the day ahead (1 to 24 h)"), (25, 48, "two days ahead (25 to 48 h)"))
LIMITS = ((115, 150, "#f6e27f"), (150, 250, "#f3b06b"), (250, 500, "#dd7a6b"), (500, 1100, "#a8506f"))
INK, FORECAST = "#1b1f24", "#1f5fa8"


def main() -> None:
    folder, out, station = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else STATION
    forecasts = by_id(read_dataset(folder / "forecasts.nc"))
    names = forecasts["station_name"].values.tolist()
    own = forecasts.isel(station=names.index(station))
    observed = read_dataset(folder / "observed.nc")["pm25"].sel(station=own["station"].values)
    mpl.use("Agg")
    figure, panels = plt.subplots(len(STRANDS), 1, figsize=(11, 6.4), sharex=True, layout="constrained")
    for panel, (first, last, name) in zip(panels, STRANDS, strict=True):
        draw(panel, own.sel(lead_time=slice(first, last)), observed, name)
    panels[0].set_title(f"{station.removesuffix(' US Post')}, January 2013: hourly PM2.5, µg/m³, Beijing time", loc="left", color=INK)
    figure.savefig(out, dpi=110)


def draw(panel: Axes, strand: xr.Dataset, observed: xr.DataArray, name: str) -> None:
    valid = np.concatenate(strand["valid_time"].values) + LOCAL
    low, high = (flat(strand["pm25_quantile"].sel(quantile=q, method="nearest")) for q in (0.05, 0.95))
    for bottom, top, colour in LIMITS:
        panel.axhspan(bottom, top, color=colour, alpha=0.35, lw=0)
    panel.fill_between(valid, low, high, color=FORECAST, alpha=0.22, lw=0, label="90 % band")
    panel.plot(valid, flat(strand["pm25"]), color=FORECAST, lw=1.4, label=f"foretold for {name}")
    shown = observed.sel(time=slice(valid[0] - LOCAL, valid[-1] - LOCAL))
    panel.plot(shown["time"].values + LOCAL, shown.values, color=INK, lw=1.1, label="measured at the embassy")
    panel.set_ylim(0, 950)
    panel.set_xlim(valid[0], valid[-1])
    panel.xaxis.set_major_locator(DayLocator(interval=2))
    panel.xaxis.set_major_formatter(DateFormatter("%-d %b"))
    panel.legend(loc="upper right", ncols=3, frameon=False, fontsize=9)
    panel.spines[["top", "right"]].set_visible(False)


def flat(field: xr.DataArray) -> NDArray[np.float64]:
    """(init_time, lead_time) one after the other."""
    return np.asarray(field.transpose("init_time", "lead_time").values.ravel())


if __name__ == "__main__":
    main()
