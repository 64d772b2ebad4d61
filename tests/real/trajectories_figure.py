"""`python -m tests.real.trajectories_figure`: draws docs/images/trajectories-era5.png and prints the numbers beside it."""

import os
from pathlib import Path

import matplotlib as mpl
import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tests.real.reference_trajectories import WINDS, Reference, followed, kilometres, read_reference

REPOSITORY = Path(__file__).resolve().parents[2]
FIGURE = REPOSITORY / "docs" / "images" / "trajectories-era5.png"
COLOURS = {"held and in stairs": "#1a7f5a", "held": "#c46a00", "of all times": "#7a3b9e"}
SAID = {
    "held and in stairs": "its own winds: one time, nearest point",
    "held": "one time, linear between points",
    "of all times": "linear in time too",
}
REGION = (84.0, 96.0, 30.0, 38.0)  # west, east, south, north of the map
SHOWN = 45
HOURS = np.arange(25)


def main() -> None:
    shared = Path(os.environ.get("HAZECAST_SHARED", REPOSITORY.parent / "shared" / "data"))
    reference = read_reference(shared / "era5_wind_2015")
    paths = {name: followed(reference, make(reference)) for name, make in WINDS.items()}
    draw(reference, paths)
    print(f"median path {np.median(reference.path_km):.1f} km")
    for name, ours in paths.items():
        apart = reference.apart_km(ours)
        share = apart[-1] / reference.path_km
        quartiles = np.percentile(share, [25, 50, 75])
        print(f"winds {name}: median {np.median(apart[-1]):.2f} km; of the path {quartiles[1]:.1%} (quartiles {quartiles[[0, 2]]})")
    winds = WINDS["of all times"](reference)
    exact = followed(reference, winds, 1)
    for minutes in (60, 30, 20, 10, 5):
        other = followed(reference, winds, minutes)
        apart = apart_km(other, exact)
        print(f"steps of {minutes} min: median {np.median(apart) * 1e3:.2f} m, largest {apart.max() * 1e3:.0f} m from those of 1 min")


def apart_km(one: xr.Dataset, other: xr.Dataset) -> NDArray[np.float64]:
    """At the end."""
    return kilometres(*(paths[name].values[:, -1] for paths in (one, other) for name in ("latitude", "longitude")))


def draw(reference: Reference, paths: dict[str, xr.Dataset]) -> None:
    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(11.5, 4.4), dpi=110, layout="constrained")
    west, east, south, north = REGION
    inside = (reference.longitude > west) & (reference.longitude < east) & (reference.latitude > south) & (reference.latitude < north)
    chosen = np.random.default_rng(11).choice(np.flatnonzero(inside.all(axis=0)), SHOWN, replace=False)
    left.plot(reference.longitude[:, chosen], reference.latitude[:, chosen], color="#16202a", linewidth=3.5, alpha=0.35)
    for name in ("held and in stairs", "of all times"):
        ours = paths[name].isel(trajectory=chosen)
        left.plot(ours["longitude"].T, ours["latitude"].T, color=COLOURS[name], linewidth=1.0)
    left.plot(reference.longitude[0, chosen], reference.latitude[0, chosen], "k.", markersize=5)
    left.set(xlabel="°E", ylabel="°N", title=f"{SHOWN} of {reference.latitude.shape[1]:,} parcels, back from 2 to 1 August 2015, 00 UTC")
    left.set(xlim=(west, east), ylim=(south, north), aspect=1 / np.cos(np.radians(34)))
    for name, ours in paths.items():
        share = 100 * reference.apart_km(ours) / reference.path_km
        right.plot(HOURS[1:], np.median(share, axis=1)[1:], color=COLOURS[name], label=SAID[name])
        right.fill_between(HOURS[1:], *np.percentile(share, [25, 75], axis=1)[:, 1:], color=COLOURS[name], alpha=0.15, linewidth=0)
    right.axhline(5, color="#16202a", linewidth=0.8, linestyle=":")
    right.set(yscale="log", xlabel="hours back", ylabel="% of the 24 h path", title="Distance from the reference: median and quartiles")
    right.plot([], [], color="#16202a", linewidth=3.5, alpha=0.35, label="the reference (on the map)")
    right.legend(fontsize=8, loc="lower right")
    FIGURE.parent.mkdir(exist_ok=True)
    figure.savefig(FIGURE, metadata={"Software": None})


if __name__ == "__main__":
    main()
