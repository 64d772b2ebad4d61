"""How far back the transport model runs and how many members it has, so that a cycle takes minutes at most."""

import numpy as np

from hazecast.config import DomainSettings, TransportSettings
from hazecast.grids.lattice import lattice_of_domain

LOADS_A_DAY = 4e6  # tracers in cells of the lowest layer, times days, that an ordinary machine carries in half a minute or so
FEWEST_DAYS, MOST_DAYS = 14, 800
LOADS_OF_MEMBERS = 6e5
FEWEST_MEMBERS, MOST_MEMBERS = 3, 8


def transport_for(domain: DomainSettings, regions: int) -> TransportSettings:
    """Settings for a domain in which so many source regions are told apart, the rest of it and the gases not counted."""
    rows, columns = lattice_of_domain(domain).shape
    loads = rows * columns * (2 + 4 * (regions + 1))  # edges, initial state, and of each region two parts and two gases
    days, members = np.clip([LOADS_A_DAY / loads, LOADS_OF_MEMBERS / loads], [FEWEST_DAYS, FEWEST_MEMBERS], [MOST_DAYS, MOST_MEMBERS])
    return TransportSettings(history_days=int(days), members=int(members))
