"""The air quality index in the table of areas: of PM2.5 alone, by the edition in force, and unknown where too little is known."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import xarray as xr

from hazecast.bulletins.air_quality import AirQualityOfPm25, air_quality_of
from hazecast.bulletins.compose import compose
from hazecast.bulletins.page import page
from hazecast.bulletins.wording import wording
from hazecast.records import BulletinFacts, Forecast
from tests.bulletin_facts import calm_facts
from tests.pictures import draw_nothing


@pytest.fixture(scope="module")
def calm() -> BulletinFacts:
    return calm_facts()


def with_pm25(
    facts: BulletinFacts, value: float, lacking_hours: int = 0, lacking_stations: int = 0, since: datetime | None = None
) -> BulletinFacts:
    """The same PM2.5 at every station and hour, less the first hours of the first window and some stations of inner London."""
    stations = facts.forecast.stations.copy(deep=True)
    pm25 = xr.full_like(stations["pm25"], value).transpose("station", "lead_time")
    first = facts.assessment.windows[0].valid_from.replace(tzinfo=None)
    hours = np.flatnonzero(stations["valid_time"].values > np.datetime64(first, "ns"))[:lacking_hours]
    pm25.values[:, hours] = np.nan
    inner = np.flatnonzero(np.char.startswith(stations["station"].values.astype(str), "inner"))
    pm25.values[inner[:lacking_stations]] = np.nan
    stations["pm25"] = pm25
    forecast: Forecast = replace(facts.forecast, stations=stations)
    if since is None:
        return replace(facts, forecast=forecast)
    moved = since - facts.assessment.windows[0].valid_from
    stations["valid_time"] = stations["valid_time"] + np.timedelta64(moved)
    windows = tuple(replace(w, valid_from=w.valid_from + moved, valid_until=w.valid_until + moved) for w in facts.assessment.windows)
    return replace(facts, forecast=forecast, assessment=replace(facts.assessment, windows=windows))


def quality(facts: BulletinFacts) -> AirQualityOfPm25 | None:
    inner = next(area for area in facts.areas if area.id == "inner")
    return air_quality_of(inner, next(w for w in facts.assessment.windows if w.area_id == "inner"), facts)


@pytest.mark.parametrize(
    ("since", "index", "standard"),
    [(datetime(2026, 2, 27, 8, tzinfo=UTC), 88, "hj-633-2012"), (datetime(2026, 3, 1, 8, tzinfo=UTC), 105, "hj-633-2026")],
)
def test_the_edition_is_that_in_force_on_the_day(calm: BulletinFacts, since: datetime, index: int, standard: str) -> None:
    told = quality(with_pm25(calm, 65.0, since=since))
    assert told is not None
    assert (told.index, told.standard.name, told.mean) == (index, standard, 65.0)


@pytest.mark.parametrize(("hours", "stations", "known"), [(4, 0, True), (5, 0, False), (0, 1, True), (0, 2, False)])
def test_too_few_hours_or_stations_leave_it_unknown(calm: BulletinFacts, hours: int, stations: int, known: bool) -> None:
    told = quality(with_pm25(calm, 20.0, hours, stations))
    assert (told is not None) == known


def test_a_window_that_is_no_day_has_none(calm: BulletinFacts) -> None:
    windows = tuple(replace(w, valid_until=w.valid_until - timedelta(hours=2)) for w in calm.assessment.windows)
    assert quality(replace(calm, assessment=replace(calm.assessment, windows=windows))) is None


def test_all_formats_say_the_same(calm: BulletinFacts, monkeypatch: pytest.MonkeyPatch) -> None:
    draw_nothing(monkeypatch)
    facts = with_pm25(calm, 178.0)
    made = compose(facts, ["zh", "en", "ja"]).documents
    documents = {document.name: document.content.decode() for document in made if not document.media_type.startswith("image/")}
    assert "AQI of PM2.5 alone (HJ 633): 228, heavily polluted (mean 178 µg/m³)" in documents["bulletin.en.txt"]
    assert "228，重度污染（平均178 µg/m³）" in documents["bulletin.zh.html"]
    assert "228、重度汚染（平均178 µg/m³）" in documents["bulletin.ja.html"]
    assert ",178,228,重度污染," in documents["cities.zh.csv"]
    assert '"index": 228' in documents["facts.json"] or '"index":228' in documents["facts.json"]


def test_what_is_not_known_is_called_unknown(calm: BulletinFacts) -> None:
    told = page(with_pm25(calm, np.nan), wording("en"))
    assert {row.air_quality for row in told.rows} == {"unknown"}
