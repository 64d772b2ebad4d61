import pytest

from hazecast.config import DomainSettings
from hazecast.survey.transport import FEWEST_DAYS, FEWEST_MEMBERS, MOST_DAYS, MOST_MEMBERS, transport_for


@pytest.mark.parametrize(
    ("spacing", "regions", "days", "members"),
    [(1.0, 1, MOST_DAYS, MOST_MEMBERS), (0.25, 12, 120, MOST_MEMBERS), (0.05, 12, FEWEST_DAYS, FEWEST_MEMBERS)],
)
def test_a_fine_lattice_with_many_regions_looks_less_far_back(spacing: float, regions: int, days: int, members: int) -> None:
    settings = transport_for(DomainSettings(south=36.0, north=41.5, west=113.5, east=120.0, spacing=spacing), regions)
    assert settings.history_days == pytest.approx(days, rel=0.05)
    assert settings.members == members
