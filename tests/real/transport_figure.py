"""`python -m tests.real.transport_figure`: draws docs/images/transport-episode.png and prints the numbers that docs/transport.md tells."""

import os
import tempfile
from datetime import datetime
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import DateFormatter, DayLocator
from numpy.typing import NDArray

from tests.real.hindcasts import Hindcast, hindcast

REPOSITORY = Path(__file__).resolve().parents[2]
FIGURE = REPOSITORY / "docs" / "images" / "transport-episode.png"
FIRST, LAST = np.datetime64("2015-11-26T00"), np.datetime64("2015-12-02T12")
SHOWN = ("Beijing", "Tianjin", "Tangshan", "Baoding", "Shijiazhuang", "Langfang")
GROUPS = {
    "Beijing": ("beijing",),
    "Tianjin": ("tianjin",),
    "Tangshan": ("tangshan",),
    "Baoding": ("baoding",),
    "Langfang": ("langfang",),
    "Shijiazhuang": ("shijiazhuang",),
    "other parts of Hebei": ("handan", "chengde", "qinhuangdao", "zhangjiakou", "hebei"),
    "Shandong": ("shandong",),
    "elsewhere in the domain": ("elsewhere",),
    "over the edges": ("edges",),
}
COLOURS = ("#332288", "#88CCEE", "#44AA99", "#117733", "#999933", "#DDCC77", "#CC6677", "#882255", "#AA4499", "#BBBBBB")
ZONE = np.timedelta64(8, "h")


def main() -> None:
    shared = Path(os.environ.get("HAZECAST_SHARED", REPOSITORY.parent / "shared" / "data"))
    with tempfile.TemporaryDirectory() as folder:
        whole = hindcast(shared / "ten_cities", Path(folder) / "a.toml", datetime(2016, 1, 1), datetime(2015, 11, 1), 140)
        episode = hindcast(shared / "ten_cities", Path(folder) / "b.toml", datetime(2015, 12, 3), datetime(2015, 11, 26), 120)
    print("Correlation with the hours of November and December 2015, learnt before: transport, climatology")
    for name, model, climate in zip(
        whole.stations, whole.correlations(whole.modelled), whole.correlations(whole.climatology()), strict=True
    ):
        print(f"  {name:14}{model:6.2f}{climate:6.2f}")
    draw(episode)
    print("Shares in the model's PM2.5 of 27 November to 1 December, mean modelled and observed in µg/m³")
    for name in SHOWN:
        print(f"  {name:14}{told(episode, name)}")


def told(episode: Hindcast, name: str) -> str:
    inside = (episode.times >= np.datetime64("2015-11-27")) & (episode.times < np.datetime64("2015-12-02"))
    station = episode.stations.index(name)
    parts = grouped(episode, station)[:, inside].mean(axis=1)
    shares = ", ".join(f"{group} {share:.0%}" for share, group in sorted(zip(parts / parts.sum(), GROUPS, strict=True), reverse=True)[:4])
    return f"{parts.sum():4.0f} {np.nanmean(episode.observed[inside, station]):4.0f}  {shares}"


def grouped(episode: Hindcast, station: int) -> NDArray[np.float64]:
    """(group, time) of one station."""
    ids = [*episode.regions, "edges"]
    return np.stack([sum(episode.sources[:, station, ids.index(id)] for id in members) for members in GROUPS.values()])


def draw(episode: Hindcast) -> None:
    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(3, 2, figsize=(11, 9), dpi=110, sharex=True, layout="constrained")
    for axes, name in zip(panels.flat, SHOWN, strict=True):
        draw_one(axes, episode, name)
    handles, labels = panels.flat[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False, fontsize=9)
    figure.suptitle(
        "PM2.5 by source in the transport model, and as observed; emission strengths learnt before 26 November 2015", fontsize=11
    )
    FIGURE.parent.mkdir(exist_ok=True)
    figure.savefig(FIGURE, metadata={"Software": None})


def draw_one(axes: Axes, episode: Hindcast, name: str) -> None:
    inside = (episode.times >= FIRST) & (episode.times <= LAST)
    times, station = episode.times[inside] + ZONE, episode.stations.index(name)
    stacks = axes.stackplot(
        times, grouped(episode, station)[:, inside], colors=COLOURS, labels=list(GROUPS), linewidth=0.3, edgecolor="white"
    )
    for stack, hatch in zip(stacks[-2:], ("////", "...."), strict=True):
        stack.set_hatch(hatch)
    seen = episode.observed[inside, station]
    there = ~np.isnan(seen)
    axes.plot(times[there], seen[there], color="black", linewidth=1.2, marker="o", markersize=2, label="observed")
    axes.set_title(name, loc="left", fontsize=10, fontweight="bold")
    axes.set_ylabel("PM2.5, µg/m³", fontsize=9)
    axes.set_xlim(times[0], times[-1])
    axes.set_ylim(0, None)
    axes.xaxis.set_major_locator(DayLocator())
    axes.xaxis.set_major_formatter(DateFormatter("%d %b"))
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=8)


if __name__ == "__main__":
    main()
