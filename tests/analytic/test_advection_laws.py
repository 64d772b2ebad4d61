"""What holds exactly, or to rounding, in the standard tests: mass, bounds, mirror images, tags, and the width of the numbers."""

from functools import partial

import numpy as np
import pytest
from numpy.typing import NDArray

from hazecast.forecast.kernels.sweeps.streaming import Inflow, Scheme, advect
from hazecast.forecast.kernels.sweeps.substeps import count_sweeps
from tests.analytic.advection_cases import (
    SCHEMES,
    carried,
    cell_means,
    corners,
    on_the_square,
    slotted_cylinder,
    steps,
    swirling,
)

Floats = NDArray[np.floating]
EACH_SCHEME = pytest.mark.parametrize("scheme", SCHEMES)
WIDTH_BOUND = 5e-6  # of 32 bits against 64, of the greatest value, after some hundred steps


@EACH_SCHEME
def test_the_swirl_keeps_mass_and_bounds(scheme: str) -> None:
    norms = on_the_square(scheme, slotted_cylinder, swirling, 100).norms
    assert abs(norms.gained) < 1e-12
    assert 0.0 <= norms.least <= norms.greatest <= 1.0


@EACH_SCHEME
def test_32_bits_do_as_64_within_the_bound(scheme: str) -> None:
    wide, narrow = (on_the_square(scheme, slotted_cylinder, swirling, 100, kind) for kind in (np.float64, np.float32))
    assert abs(wide.after - narrow.after).max() < WIDTH_BOUND
    assert abs(narrow.norms.gained) < 1e-6


@EACH_SCHEME
def test_sectors_of_the_cylinder_as_tags_sum_to_it_at_every_step(scheme: str) -> None:
    """Each keeps its mass, none is ever negative, and together they are what the whole does by itself."""
    n = 50
    x, y = corners(n)
    centre = (np.arange(n) + 0.5) / n
    angle = np.arctan2(centre[:, None] - 0.75, centre - 0.5)
    whole, air = cell_means(slotted_cylinder, n), np.full((n, n), 1.0 / n**2)
    tags = np.stack([whole * (np.floor((angle + np.pi) / (np.pi / 4)) == sector) for sector in range(8)], axis=1)
    tags[:, -1] += whole - tags.sum(axis=1)
    times, alone, least = steps(swirling(x, y, 0.0), air, 1.5, 0.5), [], []
    by_itself = Scheme(SCHEMES[scheme], False, False)
    carried(whole[:, None], air, partial(swirling, x, y), times, by_itself, lambda q: alone.append(q[:, 0].copy()))
    sums = iter(alone)

    def compare(q: Floats) -> None:
        least.append(q.min())
        np.testing.assert_allclose(q.sum(axis=1), next(sums), rtol=0, atol=1e-12)

    after = carried(tags, air, partial(swirling, x, y), times, Scheme(SCHEMES[scheme], True, False), compare)
    assert min(least) >= 0.0
    np.testing.assert_allclose(after.sum(axis=(0, 2)), tags.sum(axis=(0, 2)), rtol=1e-12)


# ---- winds at random ----


class Gusts:
    """Random winds that flow apart and together, on 2 layers of 20 by 30 cells with 3 tracers."""

    def __init__(self, kind: type[np.floating]) -> None:
        chance = np.random.default_rng(7)

        def draw(*shape: int) -> Floats:
            return chance.random(shape).astype(kind)

        self.ratio, self.air = draw(2, 20, 3, 30), 1 + draw(2, 20, 30)
        self.east, self.north = draw(2, 20, 31) - kind(0.5), draw(2, 21, 30) - kind(0.5)
        self.inflow = Inflow(draw(2, 20, 3), draw(2, 20, 3), draw(2, 3, 30), draw(2, 3, 30))

    def advected(self, scheme: Scheme, first: int = 0) -> Floats:
        ratio, air = self.ratio.copy(), self.air.copy()
        enough = count_sweeps(air, self.east, self.north, 0.6, most_along=1)
        more = enough._replace(steps=enough.steps + 2)
        advect(scheme, (ratio,), air, self.east, self.north, (self.inflow,), more, 0.6, first)
        return ratio

    def mirrored_east_west(self) -> "Gusts":
        other = Gusts.__new__(Gusts)
        other.ratio, other.air, other.east, other.north = (
            np.ascontiguousarray(a[..., ::-1]) for a in (self.ratio, self.air, -self.east, self.north)
        )
        south, north = (np.ascontiguousarray(a[..., ::-1]) for a in self.inflow[2:])
        other.inflow = Inflow(self.inflow.east, self.inflow.west, south, north)
        return other

    def mirrored_north_south(self) -> "Gusts":
        other = Gusts.__new__(Gusts)
        other.ratio, other.air, other.east, other.north = (
            np.ascontiguousarray(a[:, ::-1]) for a in (self.ratio, self.air, self.east, -self.north)
        )
        west, east = (np.ascontiguousarray(a[:, ::-1]) for a in self.inflow[:2])
        other.inflow = Inflow(west, east, self.inflow.north, self.inflow.south)
        return other

    def turned(self) -> "Gusts":
        """East and north exchanged."""
        other = Gusts.__new__(Gusts)
        other.ratio = np.ascontiguousarray(self.ratio.transpose(0, 3, 2, 1))
        other.air, other.east, other.north = (np.ascontiguousarray(a.swapaxes(1, 2)) for a in (self.air, self.north, self.east))
        west, east, south, north = (np.ascontiguousarray(a.swapaxes(1, 2)) for a in self.inflow)
        other.inflow = Inflow(south, north, west, east)
        return other


@EACH_SCHEME
@pytest.mark.parametrize("coupled", [False, True])
def test_mirror_images_stay_mirror_images(scheme: str, coupled: bool) -> None:
    gusts, how = Gusts(np.float64), Scheme(SCHEMES[scheme], coupled, False)
    expected = gusts.advected(how)
    np.testing.assert_allclose(gusts.mirrored_east_west().advected(how)[..., ::-1], expected, rtol=1e-12)
    np.testing.assert_allclose(gusts.mirrored_north_south().advected(how)[:, ::-1], expected, rtol=1e-12)
    np.testing.assert_allclose(gusts.turned().advected(how, first=1).transpose(0, 3, 2, 1), expected, rtol=1e-12)


@EACH_SCHEME
@pytest.mark.parametrize("coupled", [False, True])
def test_a_constant_stays_exactly_what_it_is_in_32_bits(scheme: str, coupled: bool) -> None:
    gusts = Gusts(np.float32)
    for field in (gusts.ratio, *gusts.inflow):
        field[:] = np.float32(0.1)
    assert (gusts.advected(Scheme(SCHEMES[scheme], coupled, False)) == np.float32(0.1)).all()
