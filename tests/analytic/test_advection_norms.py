"""Errors of both schemes in the standard tests, at or below those that others and we before have found, and how they fall with the cells.

The bounds for n = 100 are those of the same schemes computed apart from this code (dimension-split, carried air, Courant at most 1/2).
"""

import numpy as np
import pytest

from tests.analytic.advection_cases import (
    SCHEMES,
    Shape,
    Stream,
    cosine_hill,
    on_the_square,
    round_the_sphere,
    slotted_cylinder,
    smooth_hill,
    swirling,
    turning,
)

ROTATING_CYLINDER, ROTATING_HILL, SWIRL = (slotted_cylinder, turning), (cosine_hill, turning), (slotted_cylinder, swirling)
BOUNDS = [
    ("van Leer", ROTATING_CYLINDER, 100, 0.36, 0.34),
    ("van Leer", ROTATING_CYLINDER, 200, 0.223, 0.254),
    ("van Leer", ROTATING_HILL, 100, 0.0455, 0.042),
    ("van Leer", SWIRL, 100, 0.39, 0.36),
    ("van Leer", SWIRL, 200, 0.244, 0.271),
    ("PPM", ROTATING_CYLINDER, 100, 0.215, 0.234),
    ("PPM", ROTATING_CYLINDER, 200, 0.127, 0.185),
    ("PPM", ROTATING_HILL, 100, 0.0095, 0.0155),
    ("PPM", SWIRL, 100, 0.273, 0.288),
    ("PPM", SWIRL, 200, 0.156, 0.209),
]
NAMES = [f"{scheme}-{shape.__name__}-{stream.__name__}-{n}" for scheme, (shape, stream), n, *_ in BOUNDS]


@pytest.mark.slow
@pytest.mark.parametrize(("scheme", "case", "n", "l1", "l2"), BOUNDS, ids=NAMES)
def test_norms_on_the_unit_square(scheme: str, case: tuple[Shape, Stream], n: int, l1: float, l2: float) -> None:
    norms = on_the_square(scheme, *case, n).norms
    assert norms.l1 <= l1
    assert norms.l2 <= l2
    assert 0.0 <= norms.least <= norms.greatest <= 1.0


@pytest.mark.slow
@pytest.mark.parametrize(("scheme", "l1", "l2"), [("van Leer", 1.9, 1.85), ("PPM", 2.6, 2.1)])
def test_the_error_of_a_smooth_hill_falls_with_the_order_of_the_scheme(scheme: str, l1: float, l2: float) -> None:
    """Second order by slopes; by parabolas near third in the mean, less where the limiter cuts the top."""
    coarse, fine = (on_the_square(scheme, smooth_hill, turning, n).norms for n in (50, 100))
    assert np.log2(coarse.l1 / fine.l1) >= l1
    assert np.log2(coarse.l2 / fine.l2) >= l2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scheme", "columns", "smooth", "bells", "filament"),
    [
        ("van Leer", 120, (0.405, 0.375), (0.235, 0.470), 0.0),
        ("van Leer", 240, (0.160, 0.172), (0.125, 0.300), 0.9),
        ("PPM", 120, (0.260, 0.272), (0.185, 0.410), 0.3),
        ("PPM", 240, (0.082, 0.101), (0.067, 0.187), 0.9),
    ],
)
def test_deformational_flow_of_nair_and_lauritzen_2010(
    scheme: str, columns: int, smooth: tuple[float, float], bells: tuple[float, float], filament: float
) -> None:
    """Cells of 3 and 1.5 degrees; the hills are drawn out to filaments while they go round, and are back after five units of time."""
    flow = round_the_sphere(scheme, columns)
    assert (flow.gaussian.norms.l1, flow.gaussian.norms.l2) <= smooth
    assert (flow.bells.norms.l1, flow.bells.norms.l2) <= bells
    assert filament <= flow.filament <= 1.2
    for run in (flow.gaussian, flow.bells):
        assert abs(run.norms.gained) < 1e-12
        assert run.before.min() * (1 - 1e-12) <= run.norms.least <= run.norms.greatest <= run.before.max() * (1 + 1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_deformed_smooth_hills_converge(scheme: str) -> None:
    coarse, fine = (round_the_sphere(scheme, columns).gaussian.norms for columns in (120, 240))
    assert np.log2(coarse.l1 / fine.l1) > 1.3
    assert fine.l2 < coarse.l2
