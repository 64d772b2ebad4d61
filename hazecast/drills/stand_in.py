"""What stands in for the two long stages of a cycle: a forecast by persistence and a bulletin of one page of text, real records both."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.bulletins.situation import expiry
from hazecast.forecast.products import times_of
from hazecast.records import Bulletin, BulletinFacts, Cycle, Document, Forecast, Gridded, Note, NoteCode, Rung

QUANTILES = np.array([0.02, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98])
SPREAD = np.array([0.5, 0.6, 0.7, 0.85, 1.0, 1.15, 1.3, 1.4, 1.5])
VISIBILITY_TIMES_PM25 = 6e5  # m µg m-3
HUMIDITY = 90.0
NOT_KNOWN = "PM2.5 is not known."
FRESH, USABLE = timedelta(hours=6), timedelta(hours=48)
Array = NDArray[np.float64]


def persistence(gridded: Gridded, *_settings: object, **_options: object) -> Forecast:
    """Each station's last PM2.5 goes on; one without any of the last two days is not known. The rung says how old it is."""
    cycle = gridded.gathered.cycle
    last, age = _last_known(gridded, cycle)
    fresh = bool((age <= FRESH / timedelta(hours=1)).any())
    weather = _has_weather_ahead(gridded, cycle)
    rung = Rung.CORRECTED if fresh and weather else Rung.WITHOUT_OBSERVATIONS if weather else Rung.WITHOUT_WEATHER
    stale = () if fresh else (Note(NoteCode.OBSERVATIONS_STALE, None, ""),)
    notes = (*gridded.gathered.notes, *gridded.notes, *stale)
    return Forecast(cycle, _grid(cycle, gridded, last), _stations(cycle, gridded, last, rung), notes)


def one_page(facts: BulletinFacts, _languages: Sequence[str], _sign: object, *, pdf_languages: Sequence[str] = ()) -> Bulletin:
    """A page of plain English: the cycle, each area's level in each window, the messages, and whether nothing is known."""
    if pdf_languages:
        raise ValueError(f"A drill makes no PDF; asked for {pdf_languages}.")
    windows = [f"{w.area_id} {w.valid_from:%d %H:%M} to {w.valid_until:%d %H:%M} UTC: {w.level.name}" for w in facts.assessment.windows]
    messages = [f"{m.action} {m.level.name} until {m.valid_until:%d %H:%M} UTC ({m.id})" for m in facts.assessment.messages]
    known = bool(np.isfinite(facts.forecast.stations["pm25"]).any())
    messages += [] if known else [NOT_KNOWN]
    text = "\n".join([f"Cycle {facts.cycle.key} as of {facts.issued_at:%Y-%m-%d %H:%M:%S} UTC", *windows, *messages]) + "\n"
    number = hashlib.sha256(text.encode()).hexdigest()[:10]
    document = Document("bulletin.en.txt", "text/plain; charset=utf-8", "en", text.encode())
    return Bulletin(f"{facts.cycle.key}-{number}", facts.cycle.key, expiry(facts), (document,), facts.exercise)


def _last_known(gridded: Gridded, cycle: Cycle) -> tuple[Array, Array]:
    """By station the last PM2.5 in µg m-3 and its age in hours at `init_time`; NaN for what is older than USABLE."""
    observed = gridded.observations["pm25"].transpose("station", "time")
    values = observed.values
    since = np.datetime64(cycle.init_time.replace(tzinfo=None), "ns") - observed["time"].values
    ages = since.astype("timedelta64[h]").astype(np.float64)
    usable = np.isfinite(values) & (ages >= 0) & (ages <= USABLE / timedelta(hours=1))
    newest = values.shape[1] - 1 - np.argmax(usable[:, ::-1], axis=1)
    any_usable = usable.any(axis=1)
    rows = np.arange(values.shape[0])
    return np.where(any_usable, values[rows, newest], np.nan), np.where(any_usable, ages[newest], np.nan)


def _has_weather_ahead(gridded: Gridded, cycle: Cycle) -> bool:
    wind = gridded.lattice_weather["eastward_wind"]
    ahead = wind["time"].values > np.datetime64(cycle.init_time.replace(tzinfo=None), "ns")
    return bool(np.isfinite(wind.values[ahead]).any())


def _stations(cycle: Cycle, gridded: Gridded, last: Array, rung: Rung) -> xr.Dataset:
    median = np.repeat(last[:, None], len(cycle.lead_hours), axis=1)
    steps = np.where(np.isfinite(median), rung, Rung.NOTHING).astype(np.int8)
    quantile = median[..., None] * SPREAD
    dims = ("station", "lead_time")
    fields = {
        "pm25": (dims, median),
        "visibility": (dims, VISIBILITY_TIMES_PM25 / median),
        "relative_humidity": (dims, np.full_like(median, HUMIDITY)),
        "rung": (dims, steps),
        "pm25_quantile": ((*dims, "quantile"), quantile),
        "visibility_quantile": ((*dims, "quantile"), VISIBILITY_TIMES_PM25 / quantile),
        "visibility_log_error": ((), np.float64(0.0)),
    }
    places = {"station": [s.id for s in gridded.gathered.stations], "quantile": QUANTILES}
    return xr.Dataset(fields, coords=places | times_of(cycle))


def _grid(cycle: Cycle, gridded: Gridded, last: Array) -> xr.Dataset:
    latitude, longitude = gridded.lattice_weather["latitude"].values, gridded.lattice_weather["longitude"].values
    mean = float(np.nanmean(last)) if np.isfinite(last).any() else float("nan")
    cells = np.full((len(cycle.lead_hours), latitude.size, longitude.size), mean)
    dims = ("lead_time", "latitude", "longitude")
    fields = {
        "pm25": (dims, cells),
        "visibility": (dims, VISIBILITY_TIMES_PM25 / cells),
        "relative_humidity": (dims, np.full_like(cells, HUMIDITY)),
    }
    return xr.Dataset(fields, coords={"latitude": latitude, "longitude": longitude} | times_of(cycle))
