"""How often there was haze in a year."""

from dataclasses import dataclass

from hazecast.records.places import Area, Station


@dataclass(frozen=True, slots=True)
class HazeDays:
    """Of one place and one year: the days of haze among those that are `known`, of `days` in all.

    `enough` tells whether so many days are known that the count stands for the year.
    """

    place: Station | Area
    haze: int
    known: int
    days: int
    enough: bool

    def __post_init__(self) -> None:
        if not 0 <= self.haze <= self.known <= self.days:
            raise ValueError(f"{self.haze} days of haze among {self.known} known of {self.days}; expected each within the next.")

    @property
    def missing(self) -> int:
        """Days of which nothing is known."""
        return self.days - self.known
