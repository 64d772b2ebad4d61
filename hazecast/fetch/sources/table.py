"""The sources that hazecast fetches from: one line each. A new one is a file beside this, a line here, and its options in the command."""

from typing import Any

from hazecast.fetch.source import Source
from hazecast.fetch.sources import cams, era5, gfs, open_meteo, openaq

SOURCES: tuple[Source[Any], ...] = (openaq.SOURCE, gfs.SOURCE, open_meteo.SOURCE, era5.SOURCE, cams.SOURCE)
