"""Whatever comes, the checks judge it, and leave it as it is."""

import numpy as np
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hazecast.quality.keeping import flagged_csv, quality_json, rejected_csv
from hazecast.quality.telling import notes_of
from hazecast.quality.thresholds import default_thresholds
from hazecast.quality.vet import vet
from hazecast.records import Reason, Station, Trust
from hazecast.vocabulary import VARIABLES

KEYS = ("pm25", "pm10", "co", "o3", "air_temperature", "dew_point", "relative_humidity", "eastward_wind", "northward_wind")
VALUES = st.one_of(
    st.sampled_from([np.nan, np.inf, -np.inf, 0.0, -0.0, -1.0, -999.0, 9999.0, 985.0, 1e-300, 1e300]), st.floats(-10.0, 500.0, width=32)
)


@st.composite
def observations(draw: st.DrawFn) -> xr.Dataset:
    """Any few variables, from no hour at all to some dozens with holes, of one station to some."""
    hours = draw(st.integers(0, 40))
    count = draw(st.integers(1, 4))
    at = sorted(draw(st.permutations(range(60)))[:hours])
    keys = draw(st.lists(st.sampled_from(KEYS), min_size=1, max_size=4, unique=True))
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    step = draw(st.sampled_from([1, 3, 24]))
    with np.errstate(over="ignore", under="ignore"):
        fields = {key: (("time", "station"), draw(hnp.arrays(np.float64, (hours, count), elements=VALUES)).astype(dtype)) for key in keys}
    times = np.datetime64("2020-01-01", "ns") + np.array(at, dtype=np.int64) * np.timedelta64(step, "h")
    return xr.Dataset(fields, coords={"time": times, "station": [f"s{i}" for i in range(count)]})


PLACES = st.lists(st.tuples(st.floats(-89.0, 89.0), st.floats(-180.0, 359.0)), max_size=4)


@settings(max_examples=60)
@given(data=observations(), places=PLACES)
def test_every_value_gets_a_verdict_and_stays_as_it_came(data: xr.Dataset, places: list[tuple[float, float]]) -> None:
    stations = tuple(Station(f"s{i}", f"S{i}", *place) for i, place in enumerate(places))
    before = data.copy(deep=True)
    result = vet(data, stations, default_thresholds())
    assert data.identical(before)
    assert set(result.raw.data_vars) == set(data.data_vars)
    usable = result.usable()
    for key in data.data_vars:
        trust, reason = result.trust[key].values, result.reason[key].values
        missing = np.isnan(data[key].values)
        assert (trust[missing] == Trust.GOOD).all()
        assert (reason[missing] == 0).all()
        assert ((reason != 0) == (trust != Trust.GOOD)).all()
        assert (np.isnan(usable[key].values) == (missing | (trust == Trust.REJECTED))).all()
        assert not np.isinf(usable[key].values).any()
    assert b"NaN" not in rejected_csv(result)
    assert quality_json(result).startswith(b"{")
    assert flagged_csv(result).count(b"\n") >= rejected_csv(result).count(b"\n")
    assert all(note.count for note in notes_of(result, stations) if note.count is not None)


@settings(max_examples=30)
@given(data=observations(), shift=st.integers(-1000, 1000))
def test_a_verdict_does_not_depend_on_when_the_series_was(data: xr.Dataset, shift: int) -> None:
    moved = data.assign_coords(time=data["time"].values + np.timedelta64(24 * shift, "h"))
    stations = tuple(Station(f"s{i}", f"S{i}", 40.0 + 0.1 * i, 116.0) for i in range(data.sizes["station"]))
    one, other = (vet(d, stations, default_thresholds()) for d in (data, moved))
    for key in data.data_vars:
        np.testing.assert_array_equal(one.trust[key].values, other.trust[key].values)
        np.testing.assert_array_equal(one.reason[key].values, other.reason[key].values)


@given(st.lists(st.sampled_from(list(Reason)), unique=True))
def test_reasons_are_kept_apart(reasons: list[Reason]) -> None:
    bits = sum(int(reason) for reason in reasons)
    assert {why for why in Reason if bits & why} == set(reasons)
    assert set(VARIABLES) >= set(KEYS)
