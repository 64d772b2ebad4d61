"""The transport model on real weather with settings as `hazecast init` writes them, against what was observed after it had learnt."""

from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.real.hindcasts import Hindcast, hindcast

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def ten_cities(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Hindcast:
    out = tmp_path_factory.mktemp("ten") / "ten.toml"
    return hindcast(shared_data / "ten_cities", out, datetime(2016, 1, 1), datetime(2015, 11, 1), 100)


@pytest.fixture(scope="module")
def spring(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Hindcast:
    out = tmp_path_factory.mktemp("spring") / "spring.toml"
    return hindcast(shared_data / "beijing_spring_2018", out, datetime(2018, 5, 1), datetime(2018, 4, 24), 40)


def test_at_each_of_ten_cities_it_goes_with_what_came_better_than_climatology_does(ten_cities: Hindcast) -> None:
    """Through the red alerts of November and December 2015."""
    model, climatology = (ten_cities.correlations(of) for of in (ten_cities.modelled, ten_cities.climatology()))
    print(dict(zip(ten_cities.stations, zip(model.round(2), climatology.round(2), strict=True), strict=True)))
    assert (model > climatology).all()
    assert np.median(model) > 0.4


def test_in_beijings_spring_too(spring: Hindcast) -> None:
    """Of the city as a whole: the mean over its 34 stations that had values."""
    after = spring.after
    said = [pd.DataFrame(of[after]).mean(axis=1).values for of in (spring.modelled, spring.climatology(), spring.observed)]
    known = ~np.isnan(sum(said))
    model, climatology = (float(np.corrcoef(of[known], said[2][known])[0, 1]) for of in said[:2])
    print(model, climatology)
    assert model > climatology


def test_the_regions_told_apart_are_those_of_the_settings(ten_cities: Hindcast) -> None:
    assert {"beijing", "tianjin", "tangshan", "shandong", "elsewhere"} <= set(ten_cities.regions)
    known = ~np.isnan(ten_cities.modelled[:, 0])
    assert (ten_cities.sources[known] >= 0.0).all()
