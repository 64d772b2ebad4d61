"""An emission inventory on its way through a cycle: into the base forecast, the notes, and the record of what was used."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from hazecast.cli.running import surroundings
from hazecast.config import EmissionSettings, OutputSettings, Settings
from hazecast.cycle import run_cycle
from hazecast.errors import InputError
from hazecast.records import Cycle, EmissionProxy, Forecast, Note, NoteCode
from tests.gathering import gather
from tests.inventories import SHAPE, plume_source, write_edgar, write_population
from tests.small_case import SmallCase, small_settings, write_small_case

INIT = datetime(2019, 1, 12, tzinfo=UTC)
CYCLE = Cycle(INIT, INIT, timedelta(hours=6))


@dataclass(frozen=True)
class Ran:
    """One cycle, and the folder of its products."""

    forecast: Forecast
    folder: Path

    @property
    def proxies(self) -> list[str]:
        return [note.detail for note in self.forecast.notes if note.code is NoteCode.EMISSIONS_ARE_PROXY]

    def comment(self, name: str) -> str:
        with xr.open_dataset(self.folder / name) as data:
            return str(data.attrs["comment"])

    def bulletin(self, language: str) -> str:
        return next(p for p in self.folder.rglob(f"*{language}.txt")).read_text(encoding="utf-8")

    def page(self, language: str) -> str:
        return next(p for p in self.folder.rglob(f"*{language}.html")).read_text(encoding="utf-8")

    def own(self) -> xr.DataArray:
        """PM2.5 near the ground of what is emitted in the domain."""
        with xr.open_dataset(self.folder / "sources.nc") as data:
            return data["pm25_source"].drop_sel(source=["edges", "initial"]).sum("source").load()


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> SmallCase:
    return write_small_case(tmp_path_factory.mktemp("case"))


def settings_of(case: SmallCase, name: str, **sources: Path) -> Settings:
    """Those of the case, few hours ahead and without a correction, with results of their own."""
    settings = small_settings(case)
    return settings.model_copy(
        update={
            "site": settings.site.model_copy(update={"languages": ("zh", "en")}),
            "forecast": settings.forecast.model_copy(update={"horizon_hours": 6, "learning_rows": 2000}),
            "output": OutputSettings(archive=case.folder / name, outbox=case.folder / f"{name}-bulletins"),
            "emissions": EmissionSettings(**sources),
        }
    )


def ran(case: SmallCase, name: str, **sources: Path) -> Ran:
    settings = settings_of(case, name, **sources)
    with surroundings(settings, timedelta(days=10_000)) as around:
        outcome = run_cycle(CYCLE, settings, around, lambda _stage, _done: None)
    assert outcome.forecast is not None
    return Ran(outcome.forecast, outcome.folder)


@pytest.fixture(scope="module")
def without(case: SmallCase) -> Ran:
    return ran(case, "without")


@pytest.fixture(scope="module")
def inventory(case: SmallCase) -> Path:
    folder = case.folder / "edgar"
    for sector in ("ENE", "TRO"):
        write_edgar(folder, sector, plume_source(row=14, column=8))  # 36.95 north, 116.75 east: in the northwest, upwind of all
    write_edgar(folder, "AWB", np.where(np.arange(SHAPE[0])[:, None] < 7, np.nan, 0.0) + np.zeros(SHAPE))
    return folder


@pytest.fixture(scope="module")
def with_inventory(case: SmallCase, inventory: Path) -> Ran:
    return ran(case, "with", path=inventory)


def test_without_an_inventory_every_product_says_that_there_is_a_proxy_and_which(without: Ran) -> None:
    assert without.proxies == [EmissionProxy.CITIES]
    for name in ("grid.nc", "stations.nc"):
        assert "emissions-are-proxy (cities-by-population)" in without.comment(name)
    assert "未提供排放清单，以替代量代替：大城市按人口分布，城市之间均匀分布。" in without.bulletin("zh").replace("\n", "").replace(" ", "")
    english = " ".join(without.bulletin("en").split())
    assert "No emission inventory was delivered; a proxy stands in for it: the population of large cities, and evenly between" in english
    assert "未提供排放清单，以替代量代替：大城市按人口分布，城市之间均匀分布。" in without.page("zh")
    assert "No emission inventory was delivered; a proxy stands in for it: the population of large cities" in without.page("en")
    for name in ("origin.json", "decisions.json"):
        remarks = json.loads((without.folder / name).read_text(encoding="utf-8"))["notes"]
        assert {"code": "emissions-are-proxy", "count": None, "detail": "cities-by-population"} in remarks


def origin(run: Ran) -> dict[str, list[dict[str, object]]]:
    return json.loads((run.folder / "origin.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def test_with_an_inventory_no_product_speaks_of_a_proxy(with_inventory: Ran) -> None:
    assert with_inventory.proxies == []
    for name in ("grid.nc", "stations.nc"):
        assert "proxy" not in with_inventory.comment(name)
    assert "替代量" not in with_inventory.bulletin("zh")
    assert "proxy" not in with_inventory.bulletin("en") + with_inventory.page("en")
    assert "emissions-are-proxy" not in (with_inventory.folder / "decisions.json").read_text(encoding="utf-8")


def test_the_inventorys_files_are_recorded_with_their_hashes(with_inventory: Ran, inventory: Path) -> None:
    recorded = {Path(str(i["path"])).name: i["sha256"] for i in origin(with_inventory)["inputs"] if i["role"] == "emissions"}
    assert recorded == {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in sorted(inventory.iterdir())}


def test_the_base_forecast_has_a_plume_that_goes_with_the_wind(with_inventory: Ran, without: Ran) -> None:
    """The wind blows to the southeast."""
    plume, spread = (run.own().mean("lead_time") for run in (with_inventory, without))
    source = {"latitude": 36.95, "longitude": 116.75}
    downwind = float(plume.sel(latitude=36.8, longitude=117.0, method="nearest"))
    upwind = float(plume.sel(latitude=37.1, longitude=116.6, method="nearest"))
    assert min(float(plume.sel(source, method="nearest")), downwind) > 1.5 * upwind
    before = float(
        spread.sel(latitude=36.8, longitude=117.0, method="nearest") / spread.sel(latitude=37.1, longitude=116.6, method="nearest")
    )
    assert downwind / upwind > 1.2 * before


def test_an_inventory_that_does_not_know_every_cell_is_told(case: SmallCase, inventory: Path) -> None:
    holed = case.folder / "holed"
    for sector in ("ENE", "TRO"):
        values = plume_source(row=14, column=8)
        values[:10] = np.nan
        write_edgar(holed, sector, values)
    run = ran(case, "holes", path=holed)
    lacking = [note for note in run.forecast.notes if note.code is NoteCode.EMISSION_CELLS_LACKING]
    assert lacking == [Note(NoteCode.EMISSION_CELLS_LACKING, 5 * 12)]
    assert "has no value for 60 cells of the domain; nothing is emitted there" in " ".join(run.bulletin("en").split())
    assert not [n for n in ran_notes(case, inventory) if n.code is NoteCode.EMISSION_CELLS_LACKING]


def ran_notes(case: SmallCase, inventory: Path) -> tuple[Note, ...]:
    return gather(CYCLE, settings_of(case, "x", path=inventory)).notes


def test_a_population_grid_stands_in_and_is_named(case: SmallCase) -> None:
    people = np.full(SHAPE, 10.0)
    people[14, 8] = 50_000.0
    run = ran(case, "people", population=write_population(case.folder / "people.nc", people))
    assert run.proxies == [EmissionProxy.POPULATION]
    assert "人口格点资料" in run.bulletin("zh").replace("\n", "").replace(" ", "")
    assert [i["role"] for i in origin(run)["inputs"]][-1] == "population"
    base = run.own().mean("lead_time")
    assert float(base.sel(latitude=36.8, longitude=117.0, method="nearest")) > float(
        base.sel(latitude=37.1, longitude=116.6, method="nearest")
    )


def test_where_the_inventory_lies_does_not_change_what_a_forecast_is_made_by(case: SmallCase, inventory: Path) -> None:
    assert settings_of(case, "a", path=inventory).sha256() == settings_of(case, "a", path=case.folder / "elsewhere").sha256()


def test_an_inventory_that_emits_nothing_there_stops_the_cycle_by_name(case: SmallCase) -> None:
    settings = settings_of(case, "zero", path=write_edgar(case.folder / "zero", "ENE", 0 * plume_source()))
    with pytest.raises(InputError, match=r"no emission of PM2\.5 in the domain"), surroundings(settings) as around:
        run_cycle(CYCLE, settings, around, lambda _stage, _done: None)
