"""The files of a report."""

from collections.abc import Mapping

import xarray as xr

from hazecast.quality.keeping import flagged_csv
from hazecast.quality.report.page import Page, html
from hazecast.quality.report.tables import findings_csv, reasons_csv, stations_csv
from hazecast.records import Station, Vetted


def report_files(page: Page, vetted: Vetted, stations: tuple[Station, ...], modelled: xr.Dataset) -> Mapping[str, bytes]:
    """The page and its tables by file name; the same observations and thresholds give the same bytes."""
    return {
        "quality.html": html(page),
        "stations.csv": stations_csv(vetted, stations, modelled),
        "reasons.csv": reasons_csv(vetted),
        "findings.csv": findings_csv(vetted, stations),
        "flagged.csv": flagged_csv(vetted),
    }
