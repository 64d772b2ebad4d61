"""Partners: who reads along, in which language, and how what they get is marked."""

import json
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hazecast.bulletins.wording import languages
from hazecast.cli.app import app
from hazecast.config import Settings
from hazecast.delivery.choosing import EXERCISE_MARK
from hazecast.delivery.for_information import WORDS, for_information, marked
from hazecast.delivery.partners import Partner, partner_of
from hazecast.delivery.wiring import channels_of, recipients_of
from hazecast.errors import SettingsError
from hazecast.gazetteer.cooperation import member
from hazecast.records import Document
from hazecast.survey.settings_file import settings_text
from tests.parcels import BULLETIN, exercise, parcel
from tests.small_case import STATIONS, SmallCase, small_settings

READER = """
[channels.files]
kind = "folder"
path = "files"

[[recipients]]
id = "kitakyushu-desk"
channels = "files"
partner = "kitakyushu"
"""
KITAKYUSHU = Partner(member("kitakyushu"), (member("shanghai"), member("tianjin")), ("shanghai", "binhai"))


def settings(tmp_path: Path, told: str = READER, spoken: tuple[str, ...] = ("zh", "ja")) -> Settings:
    """Areas of Shanghai by its id, of Tianjin by name, and one that is nobody's."""
    plain = small_settings(SmallCase(tmp_path))
    tables = plain.model_dump(mode="json", exclude={"channels", "recipients", "areas", "cooperation"}, exclude_none=True)
    tables["site"]["languages"] = spoken
    ids = [station[0] for station in STATIONS]
    areas = [("shanghai", None), ("binhai", "tianjin"), ("jinan", None)]
    tables["areas"] = [
        {"id": id, "names": {"en": id}, "stations": [station]} | ({"member": owner} if owner else {})
        for (id, owner), station in zip(areas, ids, strict=False)
    ]
    return Settings.model_validate(tables | tomllib.loads(told))


def test_a_partner_gets_the_bulletins_of_those_it_works_with_in_its_own_language(tmp_path: Path) -> None:
    (_, reader) = recipients_of(settings(tmp_path))
    assert (reader.areas, reader.languages) == (("shanghai", "binhai"), ("ja",))
    asked = settings(tmp_path, READER + 'languages = ["zh"]\n')
    assert recipients_of(asked)[1].languages == ("zh",)


def test_further_pairs_come_from_the_settings_and_change_no_forecast(tmp_path: Path) -> None:
    kobe = READER.replace('"kitakyushu"', '"kobe"')
    with pytest.raises(SettingsError, match=r"'kobe', which works with nobody; none of the areas is theirs"):
        recipients_of(settings(tmp_path, kobe))
    paired = settings(tmp_path, kobe + '\n[cooperation]\npairs = [["tianjin", "kobe"]]\n')
    assert recipients_of(paired)[1].areas == ("binhai",)
    assert paired.sha256() == settings(tmp_path).sha256()


@pytest.mark.parametrize(
    ("told", "spoken", "said"),
    [
        (READER.replace('"kitakyushu"', '"atlantis"'), ("ja",), "'atlantis' is not among"),
        (READER.replace('"kitakyushu"', '"kawasaki"'), ("ja",), "which works with shenyang; none of the areas"),
        (READER, ("zh", "en"), "reads 'ja'; bulletins are written in zh, en"),
        (READER + '\n[cooperation]\npairs = [["kobe", "atlantis"]]\n', ("ja",), "'atlantis' is not among"),
    ],
)
def test_a_partner_that_cannot_be_told_is_named(tmp_path: Path, told: str, spoken: tuple[str, ...], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        recipients_of(settings(tmp_path, told, spoken))


def test_areas_of_its_own_and_of_partners_exclude_each_other(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="has partner and areas"):
        settings(tmp_path, READER + 'areas = ["jinan"]\n')


def test_a_partner_gets_no_pdf_for_that_cannot_be_marked(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a PDF cannot be; expected other formats"):
        settings(tmp_path, READER + 'formats = ["text", "pdf"]\n')
    pdf = Document("bulletin.ja.pdf", "application/pdf", "ja", b"%PDF")
    sent = marked(parcel(bulletin=replace(BULLETIN, documents=(*BULLETIN.documents, pdf))), KITAKYUSHU)
    assert [d.name for d in sent.documents] == [d.name for d in BULLETIN.documents]


def test_what_a_partner_gets_says_whose_it_is_and_what_others_get_does_not(tmp_path: Path) -> None:
    page = Document("bulletin.ja.html", "text/html; charset=utf-8", "ja", b"<html><title>T</title><body class='x'>\n<main>")
    text = Document("bulletin.ja.txt", "text/plain; charset=utf-8", "ja", "煙霧\n".encode())
    alert = Document("cap.1.xml", "application/cap+xml", "", b"<alert/>")
    sent = parcel("kitakyushu-desk", "files", replace(BULLETIN, documents=(page, text, alert)))
    channel = channels_of(settings(tmp_path, READER.replace('"files"\n\n', f'"{tmp_path}"\n\n')))["files"]
    arrived = Path(channel(sent))
    html, plain, cap = ((arrived / d.name).read_text() for d in (page, text, alert))
    said = ("参考：これは連携先である上海市、天津市の情報です。", "北九州市に対する警報ではありません。")
    assert plain == "\n".join([*said, "", "煙霧", ""])
    assert html.index("<body class='x'>") < html.index("".join(said)) < html.index("<main>")
    assert cap == "<alert/>"
    assert for_information(lambda got: got.title, {})(sent) == sent.title


def test_the_subject_is_marked_after_an_exercise() -> None:
    assert marked(parcel(), KITAKYUSHU).title.startswith("【供参考：合作伙伴公报】 霾橙色预警")
    assert marked(parcel(bulletin=exercise()), KITAKYUSHU).title.startswith(f"{EXERCISE_MARK} 【供参考")
    assert set(WORDS) == set(languages())


def test_the_command_shows_pairs_areas_and_readers(tmp_path: Path) -> None:
    file = tmp_path / "case.toml"
    told = settings(tmp_path)
    file.write_text(settings_text(told, tmp_path))
    facts = json.loads(CliRunner().invoke(app, ["partners", "--config", str(file), "--json"]).stdout)
    assert len(facts["members"]) == 28
    assert {one["id"]: one["partners"] for one in facts["members"]}["fukuoka"] == ["jiangsu"]
    assert {one["area"]: one["member"] for one in facts["areas"]} == {"shanghai": "shanghai", "binhai": "tianjin", "jinan": None}
    assert [(one["recipient"], one["told_of"], one["languages"]) for one in facts["recipients"]] == [
        ("kitakyushu-desk", ["shanghai", "tianjin"], ["ja"])
    ]
    assert "kitakyushu-desk is kitakyushu" in CliRunner().invoke(app, ["partners", "--config", str(file)]).stdout
    assert partner_of(told.recipients[0], told) == KITAKYUSHU
