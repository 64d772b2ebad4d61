"""`hazecast qc`: the report an agency gets of observations with faults in them."""

import gzip
import json
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.commands import Done, files_below, hazecast
from tests.small_case import HOURS, STATIONS, SmallCase, hours_from_first, observed, write_small_case

FILES = {"quality.html", "stations.csv", "reasons.csv", "findings.csv", "flagged.csv"}
CODE_AT = 100
SPIKE_AT = 150


def with_faults(case: SmallCase) -> SmallCase:
    """A code for a missing value, and a spike, at the second station."""
    file = case.observations / f"{STATIONS[1][0]}.csv.gz"
    lines = gzip.decompress(file.read_bytes()).decode().splitlines()
    for at, value in ((CODE_AT, "-999"), (SPIKE_AT, "1600")):
        lines[1 + at] = lines[1 + at].rsplit(",", 1)[0] + f",{value}"
    file.write_bytes(gzip.compress("\n".join([*lines, ""]).encode(), mtime=0))
    return case


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> SmallCase:
    case = with_faults(write_small_case(tmp_path_factory.mktemp("qc")))
    done = hazecast("init", "--meteorology", "meteorology", "--observations", "observations", "--out", "case.toml", cwd=case.folder)
    assert (done.status, done.err) == (0, "")
    return case


@pytest.fixture(scope="module")
def done(case: SmallCase) -> Done:
    return hazecast("qc", "--config", "case.toml", cwd=case.folder)


@pytest.fixture(scope="module")
def folder(case: SmallCase, done: Done) -> Path:
    assert (done.status, done.err) == (0, "")
    return case.folder / "case-quality"


def test_it_says_what_was_found_and_where_the_report_is(done: Done, folder: Path) -> None:
    assert f"{HOURS * len(STATIONS):,}" in done.out
    assert done.out.endswith(f"Written       {folder.relative_to(folder.parent) / 'quality.html'} and its tables\n")
    assert set(files_below(folder)) == FILES


def test_rejected_values_are_listed_with_their_reasons_as_they_came(folder: Path) -> None:
    table = pd.read_csv(folder / "flagged.csv").set_index("time")
    times = np.datetime_as_string(hours_from_first(HOURS), unit="m")
    code, spike = table.loc[times[CODE_AT]], table.loc[times[SPIKE_AT]]
    assert (code["value"], code["origin"], code["trust"], code["reasons"]) == (-999.0, "observed", "rejected", "sentinel")
    assert (spike["value"], spike["trust"]) == (1600.0, "rejected")
    assert "spike" in spike["reasons"]


def test_means_and_maxima_are_of_usable_values_and_say_of_how_many(folder: Path) -> None:
    row = pd.read_csv(folder / "stations.csv", dtype={"station": str}).set_index("station").loc["1002"]
    good = np.delete(observed()[:, 1], [CODE_AT, SPIKE_AT])
    assert (row["expected"], row["values"], row["rejected"], row["usable"]) == (HOURS, HOURS, 2, HOURS - 2)
    assert row["mean"] == pytest.approx(good.mean(), abs=0.001)
    assert row["highest"] == good.max()


class _Checker(HTMLParser):
    """Collects what stands where: pictures, their crosses, and addresses of other files."""

    def __init__(self) -> None:
        super().__init__()
        self.pictures, self.addresses, self.text = 0, [], ""  # type: ignore[var-annotated]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.pictures += tag == "svg"
        self.addresses += [value for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_needs_no_other_file_and_shows_the_worst_cases(folder: Path) -> None:
    page = _Checker()
    page.feed((folder / "quality.html").read_text(encoding="utf-8"))
    assert page.pictures >= 2
    assert page.addresses == []
    for said in ("Jinan South", "code for a missing value", "spike", "-999", "1,600"):
        assert said in page.text
    assert f"of {HOURS * len(STATIONS) - 2:,} values" in page.text


def test_the_same_observations_give_the_same_report(case: SmallCase, folder: Path) -> None:
    again = hazecast("qc", "--config", "case.toml", "--out", "again", "--json", cwd=case.folder)
    assert again.status == 0
    assert files_below(case.folder / "again") == files_below(folder)
    facts = json.loads(again.out)
    assert facts["variables"]["pm25"]["rejected"] == 2
    assert facts["stations"] == len(STATIONS)


def test_some_hours_alone(case: SmallCase) -> None:
    span = ("--first", "2019-01-03T00", "--last", "2019-01-04T23")
    done = hazecast("qc", "--config", "case.toml", *span, "--out", "two-days", "--json", cwd=case.folder)
    assert json.loads(done.out)["variables"]["pm25"]["values"] == 48 * len(STATIONS)


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (("--first", "2019-01-04T00", "--last", "2019-01-03T00"), "is before --first"),
        (("--first", "2021-01-04T00"), "2019-01-01 00:00 to 2019-01-12 23:00 UTC"),
    ],
)
def test_hours_that_cannot_be_are_refused(case: SmallCase, span: tuple[str, ...], said: str) -> None:
    done = hazecast("qc", "--config", "case.toml", *span, "--out", "none", cwd=case.folder)
    assert done.status != 0
    assert said in " ".join(done.err.split())
