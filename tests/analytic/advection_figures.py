"""The figures and the table of docs/transport-tests.md: `python -m tests.analytic.advection_figures FOLDER`."""

import sys
from pathlib import Path

import numpy as np
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from tests.analytic.advection_cases import (
    SCHEMES,
    Run,
    Sphere,
    cosine_hill,
    on_the_square,
    round_the_sphere,
    slotted_cylinder,
    swirling,
    turning,
)

Array = NDArray[np.float64]

CASES = {
    "rotating slotted cylinder": (slotted_cylinder, turning),
    "rotating cosine hill": (cosine_hill, turning),
    "swirl and back, cylinder": (slotted_cylinder, swirling),
}
PLACE = {"rotating": (0.28, 0.72, 0.53, 0.97)}
COLUMNS = 240


def main(folder: Path) -> None:
    """Draw what the docs show, and print the norms."""
    _save(cylinder_figure(100), folder / "advection-cylinder.png")
    _save(sphere_figure(), folder / "advection-deformation.png")
    print("\n".join(table()))


def cylinder_figure(n: int) -> Figure:
    """The cylinder before, after one turn by both schemes, and what is wrong with it."""
    figure, axes = pyplot.subplots(2, 3, figsize=(9.2, 6.2), layout="constrained")
    runs = {scheme: on_the_square(scheme, slotted_cylinder, turning, n) for scheme in SCHEMES}
    _square(axes[0, 0], runs["PPM"].before, f"Start, {n} × {n} cells", "viridis", 0, 1)
    for column, (scheme, run) in enumerate(runs.items(), 1):
        norms = run.norms
        shown = _square(axes[0, column], run.after, f"{scheme} after one turn", "viridis", 0, 1)
        error = _square(axes[1, column], run.after - run.before, f"Error: l1 {norms.l1:.3f}, l2 {norms.l2:.3f}", "RdBu_r", -1, 1)
    _cut(axes[1, 0], runs, n)
    figure.colorbar(shown, ax=axes[0], shrink=0.9)
    figure.colorbar(error, ax=axes[1], shrink=0.9)
    return figure


def _square(axes: Axes, field: Array, title: str, colours: str, low: float, high: float) -> object:
    mesh = axes.imshow(field, origin="lower", extent=(0, 1, 0, 1), cmap=colours, vmin=low, vmax=high, interpolation="nearest")
    west, east, south, north = PLACE["rotating"]
    axes.set(xlim=(west, east), ylim=(south, north), title=title)
    axes.set_xticks([])
    axes.set_yticks([])
    return mesh


def _cut(axes: Axes, runs: dict[str, Run], n: int) -> None:
    row = int(0.75 * n)
    x = (np.arange(n) + 0.5) / n
    axes.step(x, runs["PPM"].before[row], where="mid", color="black", linewidth=1, label="start")
    for (scheme, run), colour in zip(runs.items(), ("tab:orange", "tab:blue"), strict=True):
        axes.plot(x, run.after[row], color=colour, label=scheme)
    axes.set(xlim=PLACE["rotating"][:2], ylim=(-0.05, 1.25), title="Cut through the middle", xlabel="x")
    axes.legend(loc="upper center", ncols=3, fontsize="small", frameon=False)


def sphere_figure() -> Figure:
    """Bells on the sphere: at the start, drawn out at half way, and back again."""
    figure, axes = pyplot.subplots(3, 1, figsize=(7.5, 9.2), layout="constrained")
    flow = round_the_sphere("PPM", COLUMNS)
    error = flow.bells.norms
    fields = {
        f"Start, cells of {360 / COLUMNS:g}°": flow.bells.before,
        "Half way (PPM)": flow.halfway,
        f"Back again (PPM): l1 {error.l1:.3f}, l2 {error.l2:.3f}": flow.bells.after,
    }
    for panel, (title, field) in zip(axes, fields.items(), strict=True):
        shown = panel.imshow(field, origin="lower", extent=(0, 360, -90, 90), cmap="viridis", vmin=0.1, vmax=1.0)
        panel.set(title=title, ylabel="latitude")
        panel.set_xticks(range(0, 361, 60))
        panel.set_yticks(range(-90, 91, 30))
    axes[-1].set_xlabel("longitude")
    figure.colorbar(shown, ax=axes, shrink=0.6)
    return figure


def table() -> list[str]:
    """The norms in Markdown."""
    lines = ["| test | cells | van Leer l1 / l2 | PPM l1 / l2 |", "|---|---|---|---|"]
    for name, case in CASES.items():
        for n in (100, 200):
            lines.append(_line(name, f"{n} × {n}", {scheme: on_the_square(scheme, *case, n) for scheme in SCHEMES}))
    for columns in (120, 240):
        flows = {scheme: round_the_sphere(scheme, columns) for scheme in SCHEMES}
        cells = f"{360 / columns:g}°, {Sphere(columns).columns} × {columns // 2}"
        lines.append(_line("deformational flow, Gaussian hills", cells, {scheme: flow.gaussian for scheme, flow in flows.items()}))
        lines.append(_line("deformational flow, cosine bells", cells, {scheme: flow.bells for scheme, flow in flows.items()}))
        filaments = " | ".join(f"{flows[scheme].filament:.2f}" for scheme in SCHEMES)
        lines.append(f"| deformational flow, filament above ½ at half way | {cells} | {filaments} |")
    return lines


def _line(name: str, cells: str, runs: dict[str, Run]) -> str:
    return f"| {name} | {cells} | " + " | ".join(f"{run.norms.l1:.3f} / {run.norms.l2:.3f}" for run in runs.values()) + " |"


def _save(figure: Figure, path: Path) -> None:
    figure.savefig(path, dpi=110, metadata={"Software": None})
    pyplot.close(figure)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
