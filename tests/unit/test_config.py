"""The settings file: what is right is read, what is wrong is named with its key and value."""

from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from hazecast.config import DomainSettings, Settings, load_settings, with_forecaster
from hazecast.config.delivery import AnyChannel, QuietSettings, SecretSettings
from hazecast.config.places import has_outline
from hazecast.errors import SettingsError
from hazecast.records import MeteorologyKind

TEXT = """
[site]
titles = { en = "Haze" }
time_zone = "Asia/Shanghai"

[domain]
south = 36.0
north = 37
west = 116.0
east = 117.0
spacing = 0.1

[meteorology]
path = "weather"
kind = "analysis"

[observations]
path = "/data/observations"

[output]
archive = "archive"
outbox = "../outbox"

[visibility]
kappa = 0.3

[[stations]]
id = "1"
name = "One"
latitude = 36.5
longitude = 116.5

[[areas]]
id = "city"
names = { en = "City" }
stations = ["1"]
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "hazecast.toml"
    file.write_text(text, encoding="utf-8")
    return file


def changed(old: str, new: str) -> str:
    assert old in TEXT
    return TEXT.replace(old, new, 1)


def refusal(folder: Path, text: str) -> SettingsError:
    with pytest.raises(SettingsError) as refused:
        load_settings(written(folder, text))
    assert refused.value.remedy
    assert "\n" not in str(refused.value)
    return refused.value


def test_settings_are_read_with_defaults_for_what_is_not_said(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, TEXT))
    assert settings.domain.north == 37.0
    assert settings.meteorology.kind is MeteorologyKind.ANALYSIS
    assert settings.visibility.kappa == 0.3
    assert settings.forecast.horizon_hours == 96
    assert settings.warnings.window_start_hours == (8, 20)
    assert settings.areas[0].names == {"en": "City"}


def test_relative_paths_are_relative_to_the_file_wherever_the_command_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    written(tmp_path / "here", TEXT)
    monkeypatch.chdir(tmp_path)
    settings = load_settings(Path("here/hazecast.toml"))
    assert settings.meteorology.path == tmp_path / "here" / "weather"
    assert settings.observations.path == Path("/data/observations")
    assert settings.output.archive == tmp_path / "here" / "archive"
    assert settings.output.outbox.resolve() == tmp_path / "outbox"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param("kappa = 0.3", "kapa = 0.3", "visibility.kapa: there is no such setting (found 0.3)", id="an unknown key"),
        pytest.param("[visibility]", "[visability]", "visability: there is no such setting", id="an unknown section"),
        pytest.param("[domain]", "[domian]", "domian: there is no such setting, and 1 more", id="a section misspelt"),
        pytest.param('titles = { en = "Haze" }', "", "site.titles: this setting is lacking", id="a setting lacking"),
        pytest.param("kappa = 0.3", "kappa = 3", "visibility.kappa: input should be less than 2 (found 3)", id="too high"),
        pytest.param("kappa = 0.3", "kappa = nan", "visibility.kappa: input should be a finite number (found nan)", id="not a number"),
        pytest.param(
            "kappa = 0.3", "kappa = '0.3'", "visibility.kappa: input should be a valid number (found '0.3')", id="a number in quotes"
        ),
        pytest.param(
            "kappa = 0.3", "kappa = true", "visibility.kappa: input should be a valid number (found True)", id="true for a number"
        ),
        pytest.param('en = "Haze"', 'en = ""', "site.titles.en: string should have at least 1 character (found '')", id="no title"),
        pytest.param('"Asia/Shanghai"', '"Beijing"', "site.time_zone: 'Beijing' is not a time zone; expected a name such as", id="a city"),
        pytest.param('"Asia/Shanghai"', '"Asia"', "site.time_zone: 'Asia' is not a time zone", id="a folder of time zones"),
        pytest.param('"Asia/Shanghai"', '""', "site.time_zone: '' is not a time zone", id="no time zone"),
        pytest.param('"Asia/Shanghai"', '"../../etc/passwd"', "'../../etc/passwd' is not a time zone", id="a path as time zone"),
        pytest.param('"Asia/Shanghai"', '"UTC+8"', "'UTC+8' is not a time zone", id="an offset"),
        pytest.param(
            '"analysis"', '"guess"', "meteorology.kind: input should be 'forecast', 'analysis' or 'past' (found 'guess')", id="kind"
        ),
        pytest.param('path = "weather"', "path = 3", "meteorology.path: a path was expected, in quotes (found 3)", id="a number as path"),
        pytest.param("north = 37", "north = 36.1", "domain: the domain needs at least three cells each way", id="a domain too small"),
        pytest.param("spacing = 0.1", "spacing = 1e-5", "expected 1,000,000 at most", id="a lattice too large"),
        pytest.param("latitude = 36.5", "latitude = 116.5", "stations.0.latitude: input should be less than or equal to 90", id="swapped"),
        pytest.param('stations = ["1"]', 'stations = ["1", "2"]', "areas name stations that are not listed: ['2']", id="unknown station"),
        pytest.param('stations = ["1"]', 'stations = ["1", "1"]', "areas.0.stations: '1' is there more than once", id="a station twice"),
        pytest.param(
            'stations = ["1"]', "stations = []", "area 'city' has no stations, and none of china, polygons, mask", id="an empty area"
        ),
        pytest.param('{ en = "City" }', "{}", "areas.0.names: dictionary should have at least 1 item", id="a nameless area"),
        pytest.param('{ en = "City" }', '{ en = "" }', "areas.0.names.en: string should have at least 1 character", id="an empty name"),
        pytest.param(
            "[visibility]", "[forecast]\nhorizon_hours = 24.5\n[visibility]", "forecast.horizon_hours: input should be a", id="half"
        ),
        pytest.param("[visibility]", "[forecast]\nrandom_seed = 4294967296\n[visibility]", "forecast.random_seed", id="seed too large"),
        pytest.param("[visibility]", "[warnings]\nwindow_start_hours = [8, 24]\n[visibility]", "window_start_hours.1", id="hour 24"),
        pytest.param("[visibility]", "[warnings]\nwindow_start_hours = []\n[visibility]", "window_start_hours: tuple should", id="no hour"),
    ],
)
def test_a_setting_that_is_wrong_is_named_with_its_value(old: str, new: str, said: str, tmp_path: Path) -> None:
    error = refusal(tmp_path, changed(old, new))
    assert said in error.problem
    assert "hazecast.toml: " in error.problem


def test_languages_are_some_and_each_once(tmp_path: Path) -> None:
    for languages, said in (("[]", "at least 1 item"), ('["en", "en"]', "'en' is there more than once"), ('[""]', "at least 1 character")):
        error = refusal(tmp_path, changed("time_zone", f"languages = {languages}\ntime_zone"))
        assert "site.languages" in error.problem
        assert said in error.problem


@pytest.mark.parametrize("section", ["stations", "areas"])
def test_two_of_one_id_are_refused(section: str, tmp_path: Path) -> None:
    again = TEXT[TEXT.index(f"[[{section}]]") :].split("\n\n")[0]
    assert f"two {section} have one id" in refusal(tmp_path, f"{TEXT}\n{again}\n").problem


@pytest.mark.parametrize("edges", [(-89.0, -80.0, 0.0, 20.0, 4.0), (0.0, 10.0, -180.0, 181.0, 1.0)])
def test_a_domain_stays_on_the_earth(edges: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="beyond a pole, or more than once round the Earth"):
        DomainSettings(**dict(zip(("south", "north", "west", "east", "spacing"), edges, strict=True)))


def test_a_file_that_is_absent_tells_how_to_write_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"no settings file .*absent\.toml\. Write one with `hazecast init`"):
        load_settings(tmp_path / "absent.toml")


def test_a_folder_is_no_settings_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read: Is a directory"):
        load_settings(tmp_path)


def test_what_is_not_toml_is_told_with_its_line(tmp_path: Path) -> None:
    problem = refusal(tmp_path, changed("[domain]", "domain south")).problem
    assert "hazecast.toml is not TOML: " in problem
    assert "(at line 6, " in problem


def test_bytes_that_are_no_text_are_no_toml(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_bytes(b"\x89HDF\r\n")
    with pytest.raises(SettingsError, match=r"x\.toml is not TOML"):
        load_settings(tmp_path / "x.toml")


def sections() -> list[type[BaseModel]]:
    tables = [field.annotation for field in Settings.model_fields.values()]
    items = [a.__args__[0] for a in tables if hasattr(a, "__args__")]
    inside = [*get_args(AnyChannel), SecretSettings, QuietSettings]
    return [t for t in [*tables, *items, *inside] if isinstance(t, type) and issubclass(t, BaseModel)]


def test_every_setting_has_a_description_that_fits_on_one_line() -> None:
    assert len(sections()) == 33
    for section in sections():
        assert section.__doc__
        for name, field in section.model_fields.items():
            assert field.description, f"{section.__name__}.{name}"
            assert "\n" not in field.description


def test_the_hash_is_of_what_a_forecast_is_made_by_not_of_where_things_lie(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, TEXT))
    (tmp_path / "moved").mkdir()
    commented = "# a comment\n" + TEXT.replace('path = "weather"', 'path = "elsewhere"').replace('archive = "archive"', 'archive = "b"')
    assert load_settings(written(tmp_path / "moved", commented)).sha256() == settings.sha256()
    for old, new in (("kappa = 0.3", "kappa = 0.31"), ('"analysis"', '"forecast"'), ('"One"', '"Two"'), ("south = 36.0", "south = 36.1")):
        assert load_settings(written(tmp_path, changed(old, new))).sha256() != settings.sha256()


def test_settings_cannot_be_changed(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, TEXT))
    with pytest.raises(ValueError, match="frozen"):
        settings.site.exercise = True  # type: ignore[misc]


SOURCES = """
[[sources]]
id = "mine"
names = { en = "Mine" }
"""


def with_source(lines: str) -> str:
    return f"{TEXT}{SOURCES}{lines}\n"


def test_source_regions_are_optional_and_their_files_are_found_from_the_settings(tmp_path: Path) -> None:
    assert load_settings(written(tmp_path, TEXT)).sources == ()
    text = with_source('polygons = "regions.geojson"\nproperty = "NAME"\nvalue = "Jinan"')
    (source,) = load_settings(written(tmp_path, text)).sources
    assert source.polygons == tmp_path / "regions.geojson"
    assert (source.property, source.value, source.mask) == ("NAME", ("Jinan",), None)
    assert load_settings(written(tmp_path, with_source('mask = "/data/mask.nc"'))).sources[0].mask == Path("/data/mask.nc")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("", "source 'mine' has none of china, polygons, mask, around_area; expected one of them"),
        ('china = "唐山市"\nmask = "mask.nc"', "source 'mine' has china and mask of china"),
        ('around_area = "city"', "around_area and radius_km belong together"),
        ('china = ["唐山市"]\nradius_km = 40.0', "around_area and radius_km belong together"),
        ('around_area = "town"\nradius_km = 40.0', "sources lie around areas that are not listed: ['town']"),
        ('around_area = "city"\nradius_km = -1.0', "sources.0.radius_km: input should be greater than 0"),
        ('polygons = "a.geojson"\nproperty = "NAME"', "property and value belong together, and to polygons"),
        ('mask = "a.nc"\nproperty = "NAME"\nvalue = "x"', "property and value belong together, and to polygons"),
        ('polygons = "a.geojson"\nvariable = "share"', "variable belongs to mask"),
        ("china = []", "sources.0.china"),
        ('polygon = "a.geojson"', "sources.0.polygon: there is no such setting"),
        (f'china = "唐山市"{SOURCES}china = "天津市"', "two sources have one id: ['mine']"),
    ],
)
def test_a_source_region_is_one_thing(lines: str, said: str, tmp_path: Path) -> None:
    assert said in str(refusal(tmp_path, with_source(lines)))


@pytest.mark.parametrize("reserved", ["edges", "initial", "elsewhere"])
def test_a_source_region_is_not_called_as_hazecast_calls_its_own(reserved: str, tmp_path: Path) -> None:
    text = with_source('china = "唐山市"').replace('id = "mine"', f'id = "{reserved}"')
    assert f"the id '{reserved}' is hazecast's own" in str(refusal(tmp_path, text))


def test_where_the_files_of_source_regions_lie_is_of_no_matter_to_the_identity(tmp_path: Path) -> None:
    here, there, other = (
        load_settings(written(tmp_path, with_source(line)))
        for line in ('polygons = "a.geojson"', 'polygons = "/b/c.geojson"', 'china = "唐山市"')
    )
    assert here.sha256() == there.sha256() != other.sha256()


def with_area(lines: str) -> str:
    return f'{TEXT}\n[[areas]]\nid = "land"\nnames = {{ en = "Land" }}\n{lines}\n'


def test_an_area_may_be_ground_and_its_files_are_found_from_the_settings(tmp_path: Path) -> None:
    area = load_settings(written(tmp_path, with_area('polygons = "a.geojson"\nproperty = "NAME"\nvalue = "x"'))).areas[-1]
    assert (area.polygons, area.stations) == (tmp_path / "a.geojson", ())
    assert has_outline(area)
    assert load_settings(written(tmp_path, with_area('mask = "/data/m.nc"'))).areas[-1].mask == Path("/data/m.nc")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("", "area 'land' has no stations, and none of china, polygons, mask"),
        ('china = "唐山市"\nmask = "m.nc"', "area 'land' has china and mask; expected one of them"),
        ('polygons = "a.geojson"\nvalue = "x"', "area 'land': property and value belong together"),
        ('polygons = "a.geojson"\nvariable = "share"', "area 'land': variable belongs to mask"),
        ('stations = ["1", "1"]', "there more than once"),
        (f'mask = "m.nc"{SOURCES}around_area = "land"\nradius_km = 40.0', "areas that list no stations: ['land']"),
    ],
)
def test_an_area_lies_in_one_place(lines: str, said: str, tmp_path: Path) -> None:
    assert said in str(refusal(tmp_path, with_area(lines)))


@pytest.mark.parametrize("key", ["area", "source", "edition"])
def test_what_is_in_files_of_ones_own_counts_and_not_where_they_lie(key: str, tmp_path: Path) -> None:
    def settings(folder: str, content: str) -> Settings:
        place = tmp_path / folder
        place.mkdir(exist_ok=True)
        (place / "own.toml").write_text(content)
        text = {
            "area": with_area('polygons = "own.toml"'),
            "source": with_source('mask = "own.toml"'),
            "edition": changed("[visibility]", '[warnings]\nedition = "own.toml"\n\n[visibility]'),
        }[key]
        return load_settings(written(place, text))

    first = settings("a", "1").sha256()
    assert settings("b", "1").sha256() == first
    assert settings("a", "2").sha256() != first
    (tmp_path / "a" / "own.toml").unlink()
    assert load_settings(tmp_path / "a" / "hazecast.toml").sha256() not in (first, settings("b", "2").sha256())


def test_the_forecaster_makes_no_other_forecast_and_has_a_name_in_one_line(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, TEXT))
    assert settings.site.forecaster == ""
    named = with_forecaster(settings, "李伟")
    assert (named.site.forecaster, named.sha256()) == ("李伟", settings.sha256())
    for wrong in ("two\nlines", " blank", "x" * 81):
        with pytest.raises(SettingsError, match="--forecaster: forecaster"):
            with_forecaster(settings, wrong)
