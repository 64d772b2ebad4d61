"""The public archive of OpenAQ: gzipped CSV, one file a location and day, in an S3 store that needs no key."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hazecast.errors import SettingsError, WrongDelivery
from hazecast.fetch.addresses import base_address
from hazecast.fetch.download import Remote
from hazecast.fetch.kinds import GZIP
from hazecast.fetch.plan import Item, Plan
from hazecast.fetch.source import Progress, Source
from hazecast.fetch.sources.s3_listing import Listed, list_objects
from hazecast.fetch.web import Web
from hazecast.fetch.wishes import Period

BASE = "https://openaq-data-archive.s3.amazonaws.com"
# Days are those of the location's own time; no place is further ahead of UTC or behind it.
FURTHEST_AHEAD, FURTHEST_BEHIND = timedelta(hours=14), timedelta(hours=12)
MOST_FILE_BYTES = 256 * 2**20


@dataclass(frozen=True, slots=True)
class OpenAQRequest:
    """Some locations, by the numbers that OpenAQ gives them, over a period."""

    locations: tuple[int, ...]
    period: Period
    base: str = BASE

    def __post_init__(self) -> None:
        base_address(self.base)
        wrong = [number for number in self.locations if not 0 < number < 10**12]
        if wrong or not self.locations or len(set(self.locations)) != len(self.locations):
            raise SettingsError(
                f"OpenAQ has no locations {', '.join(map(str, self.locations)) or '(none given)'}; expected positive numbers, each once.",
                "Give --location with the number in the address of its page on explore.openaq.org, as often as needed.",
            )

    @property
    def days(self) -> tuple[date, ...]:
        """Every day, in whatever time zone, on which an hour of the period can lie."""
        return self.period.days(before=FURTHEST_BEHIND, after=FURTHEST_AHEAD)


def plan(request: OpenAQRequest, web: Web, progress: Progress) -> Plan:
    """The files of every location and day that the archive lists.

    A note names the locations that it has nothing of; raises WrongDelivery where it has nothing at all.
    """
    base, days = base_address(request.base), frozenset(request.days)
    wanted = [(location, year) for location in request.locations for year in sorted({day.year for day in days})]
    items: list[Item] = []
    for number, (location, year) in enumerate(wanted):
        listed = list_objects(web, base, f"records/csv.gz/locationid={location}/year={year}/")
        items += [_item(base, one) for one in listed if _day(one.key, location) in days]
        progress((number + 1) / len(wanted))
    silent = [number for number in request.locations if not any(item.name.startswith(f"location-{number}-") for item in items)]
    if not items:
        raise WrongDelivery(
            f"OpenAQ's archive has nothing of {_named(silent)} on the days {min(days)} to {max(days)}.",
            "See on explore.openaq.org which periods a location has; the archive follows three days behind.",
        )
    return Plan(tuple(items), (f"OpenAQ's archive has nothing of {_named(silent)} in this period.",) if silent else ())


def _named(locations: list[int]) -> str:
    return f"location{'s' if len(locations) > 1 else ''} {', '.join(map(str, locations))}"


def _day(key: str, location: int) -> date | None:
    """The day of a file of `location`; None for any other key, for a key is no path to be trusted."""
    pattern = rf"records/csv\.gz/locationid={location}/year=(\d{{4}})/month=(\d\d)/location-{location}-(\1\2\d\d)\.csv\.gz"
    found = re.fullmatch(pattern, key, re.ASCII)
    try:
        return datetime.strptime(found[3], "%Y%m%d").date() if found else None
    except ValueError:
        return None


def _item(base: str, listed: Listed) -> Item:
    remote = Remote(f"{base}/{listed.key}", GZIP, size_bytes=listed.size_bytes, md5=listed.md5, most_bytes=MOST_FILE_BYTES)
    return Item(listed.key.rpartition("/")[2], listed.key, lambda _web, _memo: remote, known=remote)


SOURCE = Source("openaq", "OpenAQ's archive of monitoring data", "no key", plan)
