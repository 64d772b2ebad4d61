"""Trajectories through ERA5 winds beside those of another program: how far apart, and why."""

from pathlib import Path

import numpy as np
import pytest

from tests.real.reference_trajectories import WINDS, Reference, as_the_peer_did, followed, read_reference

pytest.importorskip("eccodes", reason="the winds are in GRIB, which needs the optional part 'grib'", exc_type=ImportError)


@pytest.fixture(scope="module")
def reference(shared_data: Path) -> Reference:
    folder = shared_data / "era5_wind_2015"
    if not folder.is_dir():
        pytest.skip(f"no real case: {folder} is not there")
    return read_reference(folder)


def share_of_path(reference: Reference, winds: str, minutes: int = 10) -> float:
    """Median over the parcels of the separation after 24 h over the length of the path."""
    apart = reference.apart_km(followed(reference, WINDS[winds](reference), minutes))[-1]
    assert np.isfinite(apart).all()
    return float(np.median(apart / reference.path_km))


def test_the_reference_is_what_its_method_gives_to_the_last_digit(reference: Reference) -> None:
    """So all that parts us from it is known: half an hour of Euler, nearest points, one level, and one time for all 24 h."""
    latitude, longitude, pressure = as_the_peer_did(reference)
    assert np.abs(latitude - reference.latitude).max() < 1e-9
    assert np.abs(longitude - reference.longitude).max() < 1e-9
    assert np.abs(pressure - reference.pressure).max() < 1e-6


def test_through_the_winds_as_the_reference_has_them_the_median_separation_is_within_5_percent_of_the_path(reference: Reference) -> None:
    assert reference.latitude.shape == (25, 4703)
    assert share_of_path(reference, "held and in stairs") < 0.05


def test_linear_interpolation_in_place_of_nearest_points_is_most_of_what_remains_in_a_steady_wind(reference: Reference) -> None:
    linear, nearest = share_of_path(reference, "held"), share_of_path(reference, "held and in stairs")
    assert 0.07 < linear < 0.11
    assert linear > 2 * nearest


def test_winds_that_change_with_time_lead_elsewhere(reference: Reference) -> None:
    """The reference holds the wind of the last hour for a day; that hour's is no forecast of the day before."""
    assert share_of_path(reference, "of all times") > 1.0


def test_steps_of_ten_minutes_are_short_enough(reference: Reference) -> None:
    winds = WINDS["of all times"](reference)
    coarse, usual, fine = (followed(reference, winds, minutes) for minutes in (30, 10, 2))
    apart = [np.nanmax(np.abs(paths["latitude"] - fine["latitude"]).values) for paths in (coarse, usual)]
    assert apart[1] < apart[0]
    assert apart[1] < 0.01
