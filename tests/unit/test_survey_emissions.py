"""What `hazecast init` finds of emissions, and the settings that it writes for them."""

import json
import tomllib

import numpy as np
import pytest

from hazecast.config import load_settings
from tests.commands import Done, hazecast
from tests.inventories import SHAPE, write_edgar, write_population
from tests.small_case import SmallCase, write_small_case

DOMAIN_M2 = 6_371_000.0**2 * np.deg2rad(1.2) * (np.sin(np.deg2rad(37.25)) - np.sin(np.deg2rad(36.05)))
NONE = {"files": 0, "year": None, "pm25_kilotonnes": None, "people": None}


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> SmallCase:
    case = write_small_case(tmp_path_factory.mktemp("case"))
    for sector, rate in (("ENE", 1e-10), ("TRO", 3e-10)):
        write_edgar(case.folder / "edgar", sector, np.full(SHAPE, rate))
    write_population(case.folder / "people.nc", np.full(SHAPE, 500.0))
    write_edgar(case.folder / "nothing", "ENE", np.zeros(SHAPE))
    return case


def init(case: SmallCase, *more: str) -> Done:
    data = ("--meteorology", "meteorology", "--observations", "observations", "--out", "case.toml", "--force")
    return hazecast("init", *data, *more, cwd=case.folder)


def emissions(case: SmallCase, *more: str) -> dict[str, float | None]:
    done = init(case, *more, "--json")
    assert (done.err, done.status) == ("", 0)
    found: dict[str, float | None] = json.loads(done.out)["emissions"]
    return found


def test_an_inventory_is_told_by_its_year_and_its_mass_in_the_domain(case: SmallCase) -> None:
    found = emissions(case, "--emissions", "edgar", "--population", "people.nc")
    assert (found["files"], found["year"], found["people"]) == (2, 2018, None)
    assert found["pm25_kilotonnes"] == pytest.approx(4e-10 * DOMAIN_M2 * 365.2425 * 86_400 / 1e6, rel=1e-3)
    written = tomllib.loads(case.settings.read_text(encoding="utf-8"))["emissions"]
    assert written == {"path": "edgar", "population": "people.nc"}
    assert "an inventory of 2018 in 2 files, 180 kt of PM2.5 a year in the domain" in init(case, "--emissions", "edgar").out
    assert load_settings(case.settings).emissions.path == case.folder / "edgar"


def test_people_are_counted_and_called_a_proxy(case: SmallCase) -> None:
    found = emissions(case, "--population", "people.nc")
    assert found["people"] == pytest.approx(500e-6 * DOMAIN_M2, rel=1e-3)
    assert "people of a population grid stand in for it; every product will say so" in init(case, "--population", "people.nc").out


def test_without_either_the_settings_show_where_they_would_stand(case: SmallCase) -> None:
    assert emissions(case) == NONE
    text = case.settings.read_text(encoding="utf-8")
    section = text[text.index("[emissions]") :].splitlines()
    assert section[1].startswith('# path = "…"  # An inventory: EDGAR, HTAP, MEIC, CAMS-GLOB-ANT')
    assert section[2].startswith('# population = "…"  # A population grid')


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--emissions", "absent"), "absent is not there"),
        (("--emissions", "nothing"), "no emission of PM2.5 in the domain"),
        (("--population", "meteorology/era5.nc"), "has no population on a grid"),
    ],
)
def test_emissions_that_cannot_be_used_are_refused_and_nothing_is_written(arguments: tuple[str, str], said: str, case: SmallCase) -> None:
    case.settings.unlink(missing_ok=True)
    done = init(case, *arguments)
    assert (done.status, case.settings.exists()) == (2, False)
    assert said in done.err
