"""Poison in the future: whatever comes after a cycle's `as_of` is made absurd, and every product stays as it was, bit for bit."""

import gzip
import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from hazecast.archive.netcdf import read_dataset
from hazecast.backtest.replay.looking_ahead import require_no_look_ahead
from hazecast.config import BaseForecastSettings, MeteorologySettings, Settings
from hazecast.errors import SettingsError
from hazecast.forecast.model_store import stored_models
from hazecast.records import MeteorologyKind
from tests.backtests import START, plan_for, products_of, quick_settings, replayed
from tests.gathering import gather
from tests.small_case import HEADER, HOURS, STATIONS, SmallCase, hours_from_first, small_weather, station_csv, write_small_case

KEY = "20190109T00Z"
AS_OF, END = np.datetime64("2019-01-09T00", "ns"), np.datetime64("2019-01-10T00", "ns")
HOUR = np.timedelta64(1, "h")
ABSURD_PM25 = 777.0  # high, and yet no value that the checks would reject
DELAY = 6.0
OF_THE_FUTURE_ALONE = ("zz-later.csv", "what-came.nc")
VARIABLES = ("u10", "v10", "t2m", "d2m", "tp")


def runs_of_pm25(folder: Path, poisoned: bool) -> None:
    """Another model's PM2.5: a run that had arrived, and in the future later ones and an analysis of what came."""
    folder.mkdir()
    model(AS_OF - 12 * HOUR, 90.0).to_netcdf(folder / "known.nc")
    if poisoned:
        model(AS_OF - 3 * HOUR, ABSURD_PM25).to_netcdf(folder / "on-its-way.nc")
        model(AS_OF + 6 * HOUR, ABSURD_PM25).to_netcdf(folder / "later.nc")
        model(AS_OF + HOUR, ABSURD_PM25, is_analysis=True).to_netcdf(folder / "what-came.nc")


def model(start: np.datetime64, value: float, *, is_analysis: bool = False) -> xr.Dataset:
    """One value everywhere, hourly for two days."""
    axes: dict[str, Any] = {
        "time": ("time", start + HOUR * np.arange(48), {"standard_name": "time"}),
        "latitude": ("latitude", np.linspace(37.2, 36.0, 7), {"units": "degrees_north"}),
        "longitude": ("longitude", np.linspace(116.4, 117.6, 7), {"units": "degrees_east"}),
    }
    run = {} if is_analysis else {"reference": ((), start, {"standard_name": "forecast_reference_time"})}
    name = "mass_concentration_of_pm2p5_ambient_aerosol_particles_in_air"
    values = np.full((48, 7, 7), value, dtype=np.float32)
    return xr.Dataset({"c": (("time", "latitude", "longitude"), values, {"units": "µg/m3", "standard_name": name})}, coords={**axes, **run})


def absurd(weather: xr.Dataset) -> xr.Dataset:
    """A storm at 30 degrees under which everything is blown away."""
    changed = {"u10": 45.0, "v10": 45.0, "t2m": 303.0, "d2m": 302.0, "tp": 0.02}
    return weather.assign({name: xr.full_like(weather[name], value) for name, value in changed.items()})


def analysed_weather(folder: Path, poisoned: bool) -> None:
    """What came, which a perfect prognosis uses by definition up to its end; nothing after that."""
    weather = small_weather(VARIABLES)
    after = weather["valid_time"] > END
    (weather if not poisoned else xr.where(after, absurd(weather), weather, keep_attrs=True)).to_netcdf(folder / "era5.nc")


def forecast_weather(folder: Path, poisoned: bool) -> None:
    """Analyses of the past, a run that had arrived, and in the future later runs."""
    weather = small_weather(VARIABLES)
    weather.sel(valid_time=slice(None, AS_OF - 12 * HOUR)).to_netcdf(folder / "past.nc")
    run(weather, AS_OF - 12 * HOUR).to_netcdf(folder / "known.nc")
    if poisoned:
        run(absurd(weather), AS_OF - 3 * HOUR).to_netcdf(folder / "on-its-way.nc")
        run(absurd(weather), AS_OF + 6 * HOUR).to_netcdf(folder / "later.nc")


def run(weather: xr.Dataset, start: np.datetime64) -> xr.Dataset:
    ahead = weather.sel(valid_time=slice(start + HOUR, start + 60 * HOUR))
    return ahead.rename(valid_time="time").assign_coords(forecast_reference_time=((), start, {"standard_name": "forecast_reference_time"}))


def case_in(folder: Path, kind: MeteorologyKind, poisoned: bool) -> Settings:
    case = write_small_case(folder)
    (case.meteorology / "era5.nc").unlink()
    (analysed_weather if kind is MeteorologyKind.ANALYSIS else forecast_weather)(case.meteorology, poisoned)
    runs_of_pm25(folder / "base", poisoned)
    if poisoned:
        poison_observations(case)
    return quick_settings(case, learning_rows=3000).model_copy(
        update={
            "meteorology": MeteorologySettings(path=case.meteorology, kind=kind, arrival_delay_hours=DELAY),
            "base_forecast": BaseForecastSettings(path=folder / "base", arrival_delay_hours=DELAY),
        }
    )


def poison_observations(case: SmallCase) -> None:
    """Absurd values from the hour after `as_of` on, in the same files; a station that moves then; and a file that came later."""
    times = hours_from_first(HOURS).astype("datetime64[ns]")
    for number, (id, *_) in enumerate(STATIONS):
        header, *rows = station_csv(number).splitlines()
        ill = [
            f"{row.rsplit(',', 1)[0]},{ABSURD_PM25}".replace("36.75,117.0", "30.0,110.0") if time > AS_OF else row
            for row, time in zip(rows, times, strict=True)
        ]
        (case.observations / f"{id}.csv.gz").write_bytes(gzip.compress("\n".join([header, *ill, ""]).encode(), mtime=0))
    late = f"{HEADER}\n9,91,New,2019-01-11T00:00:00+00:00,36.7,117.0,pm25,µg/m³,{ABSURD_PM25}\n"
    (case.observations / "zz-later.csv").write_text(late, encoding="utf-8")


def origin_without_hashes(out: Path) -> dict[str, Any]:
    """What a cycle says that it was made from, but the hashes of files that hold its past and its future, and where they lie.

    Files of which nobody saw when they came are named, also where there was nothing for the cycle in them.
    """
    origin = json.loads((out / "cycles" / KEY / "origin.json").read_text(encoding="utf-8"))
    files = [(i["role"], Path(i["path"]).name) for i in origin.pop("inputs") if Path(i["path"]).name not in OF_THE_FUTURE_ALONE]
    return {**origin, "files": files}


@pytest.mark.slow
@pytest.mark.parametrize("kind", [MeteorologyKind.ANALYSIS, MeteorologyKind.FORECAST])
def test_nothing_of_the_future_reaches_a_cycle(kind: MeteorologyKind, tmp_path: Path) -> None:
    outs = {}
    for poisoned in (False, True):
        folder = tmp_path / ("poisoned" if poisoned else "clean")
        settings = case_in(folder, kind, poisoned)
        outs[poisoned] = replayed(folder / "out", settings, plan_for(settings)).out
    seen = read_dataset(outs[True] / "observed.nc")["pm25"]
    assert seen.sel(time=slice(AS_OF + HOUR, END)).max() == np.float32(ABSURD_PM25), "it is there to be seen"
    clean, ill = products_of(outs[False]), products_of(outs[True])
    assert {name.partition("/")[2] for name in clean} > {"stations.nc", "grid.nc", "decisions.json"}
    assert [name for name in clean.keys() | ill.keys() if clean.get(name) != ill.get(name)] == []
    assert origin_without_hashes(outs[False]) == origin_without_hashes(outs[True])
    for name in ("forecasts.nc", "warnings.json"):
        assert (outs[False] / name).read_bytes() == (outs[True] / name).read_bytes()
    said = read_dataset(outs[True] / "forecasts.nc").attrs["comment"]
    assert ("perfect prognosis" in said) == (kind is MeteorologyKind.ANALYSIS)


@pytest.mark.slow
def test_a_model_trained_later_is_not_used(tmp_path: Path) -> None:
    settings = quick_settings(write_small_case(tmp_path), learning_rows=3000)
    out, plan = tmp_path / "out", plan_for(settings)
    replayed(out, settings, plan)
    (trained,) = stored_models(out)
    assert trained.card.as_of == START
    before = products_of(out)
    later = trained.folder.with_name("20190110T0000Z")
    shutil.copytree(trained.folder, later)
    card = json.loads((later / "card.json").read_text(encoding="utf-8"))
    card |= {"id": later.name, "as_of": (START + timedelta(days=1)).isoformat()}
    (later / "card.json").write_text(json.dumps(card), encoding="utf-8")
    (later / "model.skops").write_bytes(b"absurd")
    assert [model.id for model in stored_models(out)] == [trained.id, later.name]
    shutil.rmtree(out / "cycles")
    replayed(out, settings, plan)
    assert products_of(out) == before


def test_weather_that_does_not_say_when_it_was_forecast_is_no_forecast(tmp_path: Path) -> None:
    settings = quick_settings(write_small_case(tmp_path))
    guessed = settings.model_copy(update={"meteorology": settings.meteorology.model_copy(update={"kind": MeteorologyKind.FORECAST})})
    with pytest.raises(SettingsError, match=r"24 hours of it after 2019-01-09 00:00 UTC belong to no run.*set the kind to 'analysis'"):
        require_no_look_ahead(gather(plan_for(guessed).cycles[0], guessed))
    require_no_look_ahead(gather(plan_for(settings).cycles[0], settings))


@pytest.mark.parametrize("name", ["observations", "base"])
def test_what_is_gathered_too_early_stops_the_cycle(name: str, tmp_path: Path) -> None:
    runs_of_pm25(tmp_path / "base", poisoned=False)
    settings = quick_settings(write_small_case(tmp_path / "case"))
    settings = settings.model_copy(update={"base_forecast": BaseForecastSettings(path=tmp_path / "base", arrival_delay_hours=DELAY)})
    gathered = gather(plan_for(settings).cycles[0], settings)
    require_no_look_ahead(gathered)
    known = getattr(gathered, name)
    later = known.assign_coords(time=known["time"] + 24 * HOUR)
    if name == "base":
        later = later.assign_coords(init_time=later["init_time"] + 24 * HOUR)
    object.__setattr__(gathered, name, later)
    with pytest.raises(ValueError, match=r"A cycle as of 2019-01-09T00.* was given (observations|the base forecast) of 2019-01-"):
        require_no_look_ahead(gathered)
