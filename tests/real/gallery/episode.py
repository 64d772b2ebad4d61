"""The episodes of the gallery: which days are replayed, of which data, by which standard, and what is said of them first."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Episode:
    """Cycles at 00 UTC from the day `first` to `last`; the model has learnt from what had arrived by `learnt_until` (UTC).

    `data` is a folder of the real cases, `gridded` says whether it has weather on a lattice. The maps of the days in `shown` are kept.
    """

    key: str
    title: str
    data: str
    gridded: bool
    edition: str
    learnt_until: datetime
    first: date
    last: date
    shown: tuple[date, ...]
    told: str

    def __post_init__(self) -> None:
        if not (self.learnt_until.date() <= self.first <= self.last and set(self.shown) <= set(self.days)):
            raise ValueError(f"{self.key}: expected learning to end before the first day, and shown days among those replayed.")

    @property
    def days(self) -> tuple[date, ...]:
        """The day of each cycle."""
        return tuple(self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1))


JANUARY_2013 = Episode(
    key="january-2013",
    title="January 2013",
    data="five_cities",
    gridded=False,
    edition="cma-haze-2013",
    learnt_until=datetime(2013, 1, 1),
    first=date(2013, 1, 1),
    last=date(2013, 1, 31),
    shown=tuple(date(2013, 1, day) for day in range(9, 17)),
    told=(
        "Five cities, one post each, and no weather but what the posts measured. The temperature, humidity and pressure that were then "
        "measured stand in for a weather forecast (*perfect prognosis*), since without the humidity of the hours ahead the haze standard "
        "cannot be judged at all; so this is what the warnings would have been with a perfect weather forecast, not what they would have "
        "been. "
        "[January 2013](../../january-2013.md) tells what the same month looks like without it."
    ),
)

NOVEMBER_2015 = Episode(
    key="november-2015",
    title="27 November to 1 December 2015",
    data="ten_cities",
    gridded=True,
    edition="heavy-pollution-2016",
    learnt_until=datetime(2015, 11, 20),
    first=date(2015, 11, 26),
    last=date(2015, 12, 2),
    shown=tuple(date(2015, 11, 27) + timedelta(days=n) for n in range(5)),
    told=(
        "Ten cities of Beijing, Tianjin and Hebei, with analysed winds at 950 hPa standing in for a forecast of them (*perfect prognosis*) "
        "and nothing else of the weather. Visibility cannot be told without humidity, so the days are judged by the heavy-pollution alerts "
        "of February 2016, which came out of this winter: by the air-quality index of whole days, for one, two or three days on end. It "
        "is the index of PM2.5 alone."
    ),
)

EPISODES = (JANUARY_2013, NOVEMBER_2015)
