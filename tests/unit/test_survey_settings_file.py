"""Settings written as TOML are read back as they were, and each line says what it is."""

import tempfile
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from hazecast.config import (
    DomainSettings,
    ForecastSettings,
    MeteorologySettings,
    ObservationSettings,
    OutputSettings,
    ScheduleSettings,
    Settings,
    SiteSettings,
    VisibilitySettings,
    WarningSettings,
    load_settings,
)
from hazecast.config.places import AreaSettings, SourceSettings, StationSettings
from hazecast.records import RESERVED, MeteorologyKind
from hazecast.survey.settings_file import printable, settings_text
from tests.small_case import SmallCase, small_settings

NASTY = (
    "\"'",
    "a\nb = 1",
    "]]\n[site]",
    "\x7f",
    "\x00",
    "\t",
    "<script>alert(1)</script>",
    "霾 Ö \u2028 \U0001f32b",
    "# no comment",
    "\\",
    "${x}",
    "",
)
texts = (st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12) | st.sampled_from(NASTY)).filter(bool)


def numbers(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False)


@st.composite
def all_settings(draw: st.DrawFn, folder: Path) -> Settings:
    ids, area = draw(st.lists(texts, min_size=1, max_size=4, unique=True)), draw(texts)
    names = st.dictionaries(texts, texts, min_size=1, max_size=3)
    places = st.sampled_from(["data", "../elsewhere", "a b/ü'\"#", "/absolute/path", "x\ny"])
    south, west = draw(numbers(-80, 70)), draw(numbers(-180, 300))
    return Settings(
        site=SiteSettings(
            titles=draw(names),
            time_zone=draw(st.sampled_from(["Asia/Shanghai", "UTC", "America/Argentina/Buenos_Aires"])),
            languages=tuple(draw(st.lists(texts, min_size=1, max_size=3, unique=True))),
            exercise=draw(st.booleans()),
        ),
        domain=DomainSettings(south=south, north=south + 5.0, west=west, east=west + 5.0, spacing=draw(numbers(0.01, 2.0))),
        meteorology=MeteorologySettings(path=folder / draw(places), kind=draw(st.sampled_from(MeteorologyKind))),
        observations=ObservationSettings(path=folder / draw(places), arrival_delay_hours=draw(numbers(0, 48))),
        forecast=ForecastSettings(horizon_hours=draw(st.integers(6, 240)), random_seed=draw(st.integers(0, 2**32 - 1))),
        visibility=VisibilitySettings(contrast=draw(numbers(1e-9, 0.99)), kappa=draw(numbers(0, 1.99))),
        warnings=WarningSettings(window_start_hours=tuple(draw(st.lists(st.integers(0, 23), min_size=1, max_size=4)))),
        schedule=ScheduleSettings(every_hours=draw(st.integers(1, 24))),
        output=OutputSettings(archive=folder / draw(places), outbox=folder / draw(places)),
        stations=tuple(
            StationSettings(id=id, name=draw(texts), latitude=draw(numbers(-90, 90)), longitude=draw(numbers(-180, 360))) for id in ids
        ),
        areas=(AreaSettings(id=area, names=draw(names), stations=tuple(ids)),),
        sources=draw(all_sources(folder, area)),
    )


@st.composite
def all_sources(draw: st.DrawFn, folder: Path, area: str) -> tuple[SourceSettings, ...]:
    others = texts.filter(lambda text: text not in RESERVED)
    ids, names = draw(st.lists(others, min_size=4, max_size=4, unique=True)), {draw(texts): draw(texts)}
    return (
        SourceSettings(id=ids[0], names=names, china=tuple(draw(st.lists(texts, min_size=1, max_size=3, unique=True)))),
        SourceSettings(id=ids[1], names=names, around_area=area, radius_km=draw(numbers(1e-9, 2000.0))),
        SourceSettings(id=ids[2], names=names, polygons=folder / "x\ny.json", property=draw(texts), value=(draw(texts),)),
        SourceSettings(id=ids[3], names=names, mask=folder / "../masks/a b.nc", variable=draw(texts)),
    )[: draw(st.integers(0, 4))]


def with_paths_resolved(settings: Settings) -> Settings:
    return settings.model_copy(
        update={
            "meteorology": settings.meteorology.model_copy(update={"path": settings.meteorology.path.resolve()}),
            "observations": settings.observations.model_copy(update={"path": settings.observations.path.resolve()}),
            "output": OutputSettings(archive=settings.output.archive.resolve(), outbox=settings.output.outbox.resolve()),
            "sources": tuple(
                s.model_copy(update={"polygons": s.polygons and s.polygons.resolve(), "mask": s.mask and s.mask.resolve()})
                for s in settings.sources
            ),
        }
    )


@given(st.data())
def test_what_is_written_is_read_back_as_it_was(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = data.draw(all_settings(folder))
        (folder / "settings.toml").write_bytes(settings_text(settings, folder, ["found", "x\n[site]\ny\x7f"]).encode())
        read = load_settings(folder / "settings.toml")
    assert with_paths_resolved(read) == with_paths_resolved(settings)
    assert read.sha256() == settings.sha256()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    sources = (SourceSettings(id="own", names={"en": "Jinan"}, around_area="jinan", radius_km=40.0),)
    return small_settings(SmallCase(tmp_path)).model_copy(update={"sources": sources})


def test_every_line_of_every_section_says_what_it_is(settings: Settings, tmp_path: Path) -> None:
    lines = settings_text(settings, tmp_path).splitlines()
    for name in type(settings).model_fields:
        section = getattr(settings, name)
        if not isinstance(section, BaseModel) and not section:
            continue  # who gets bulletins, and how, is for the owner to add
        model: BaseModel = section if isinstance(section, BaseModel) else section[0]
        start = lines.index(f"[{name}]" if isinstance(section, BaseModel) else f"[[{name}]]")
        written = [(key, field) for key, field in type(model).model_fields.items() if getattr(model, key) is not None]
        for offset, (key, field) in enumerate(written, start=1):
            assert lines[start + offset].startswith(f"{key} = ")
            assert lines[start + offset].endswith(f"  # {field.description}")


def test_every_section_is_headed_by_what_it_is_for(settings: Settings, tmp_path: Path) -> None:
    lines = settings_text(settings, tmp_path).splitlines()
    assert lines[0].startswith("# Settings of hazecast, written by `hazecast init`")
    for name in type(settings).model_fields:
        section = getattr(settings, name)
        if isinstance(section, BaseModel):
            assert lines[lines.index(f"[{name}]") - 1] == f"# {str(type(section).__doc__).splitlines()[0]}"


def test_comments_of_stations_and_areas_stand_at_the_first_alone(settings: Settings, tmp_path: Path) -> None:
    assert settings_text(settings, tmp_path).count("# As in the observations.") == 1


def test_what_else_a_source_region_may_be_stands_at_the_first_alone(settings: Settings, tmp_path: Path) -> None:
    china = SourceSettings(id="tangshan", names={"zh": "唐山"}, china=("唐山市",))
    text = settings_text(settings.model_copy(update={"sources": (*settings.sources, china)}), tmp_path)
    assert text.split("[[areas]]")[0].count('# polygons = "…"  # Or: a GeoJSON file') == 1
    assert text.split("[[sources]]")[2].splitlines()[1:4] == ['id = "tangshan"', 'names = { zh = "唐山" }', 'china = ["唐山市"]']


def test_paths_become_relative_to_the_file(settings: Settings, tmp_path: Path) -> None:
    table = tomllib.loads(settings_text(settings, tmp_path / "settings"))
    assert table["meteorology"]["path"] == "../meteorology"
    assert table["output"]["archive"] == "../archive"


def test_findings_stand_in_the_heading_each_on_one_line(settings: Settings, tmp_path: Path) -> None:
    text = settings_text(settings, tmp_path, ["Weather  2019", "Stations  A\nkappa = 9\rB\u2028C"])
    assert "#   Weather  2019\n#   Stations  A kappa = 9 B C\n" in text


@pytest.mark.parametrize("nasty", [n for n in NASTY if n])
def test_any_name_makes_a_file_that_is_toml(nasty: str, settings: Settings, tmp_path: Path) -> None:
    station = settings.stations[0].model_copy(update={"name": nasty})
    area = settings.areas[0].model_copy(update={"names": {nasty: nasty}})
    table = tomllib.loads(settings_text(settings.model_copy(update={"stations": (station,), "areas": (area,)}), tmp_path, [nasty]))
    assert table["stations"][0]["name"] == nasty
    assert table["areas"][0]["names"] == {nasty: nasty}
    assert table["site"]["exercise"] is False


def test_a_line_for_people_keeps_its_words_and_loses_what_moves_the_cursor() -> None:
    assert printable("霾 µg/m³ – 5 °C") == "霾 µg/m³ – 5 °C"
    assert printable("a\x1b[31mb\nc\x7f") == "a [31mb c "
