"""Wind as stations deliver it, speed and the direction that it comes from, turned into its components."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hazecast.vocabulary import EASTWARD_WIND, NORTHWARD_WIND, WIND_DIRECTION, WIND_SPEED, Variable

Array = NDArray[np.float64]


def with_wind_components(table: pd.DataFrame) -> pd.DataFrame:
    """A table of values whose rows of speed and direction, by station and time, are replaced by rows of the two components.

    Speed without direction, and direction without speed, give none: a calm needs no direction.
    """
    speeds, directions = (table[table["key"] == polar.key] for polar in (WIND_SPEED, WIND_DIRECTION))
    if speeds.empty and directions.empty:
        return table
    at = ["station_id", "time"]
    towards = directions.drop_duplicates(at, keep="last")[[*at, "value"]].rename(columns={"value": "direction"})
    both = speeds.drop_duplicates(at, keep="last").merge(towards, on=at, how="left")
    eastward, northward = components(both["value"].to_numpy(np.float64), both["direction"].to_numpy(np.float64))
    rest = table[~table["key"].isin([WIND_SPEED.key, WIND_DIRECTION.key])]
    winds = [
        both.drop(columns="direction").assign(key=wind.key, value=value)
        for wind, value in ((EASTWARD_WIND, eastward), (NORTHWARD_WIND, northward))
    ]
    return pd.concat([rest, *winds], ignore_index=True)


def components(speed: Array, direction: Array) -> tuple[Array, Array]:
    """Eastward and northward wind in the unit of `speed`, from the direction in degrees that it comes from.

    An implausible speed or direction, such as the code -999, is left as it is in both, where it is then seen to be no wind; if it could
    pass for one, both are NaN.
    """
    from_radians = np.deg2rad(direction)
    calm = speed == 0.0
    eastward = np.where(calm, 0.0, -speed * np.sin(from_radians))
    northward = np.where(calm, 0.0, -speed * np.cos(from_radians))
    odd_speed = _implausible(speed, WIND_SPEED)
    odd = odd_speed | (_implausible(direction, WIND_DIRECTION) & ~calm)
    number = np.where(odd_speed, speed, direction)
    told = np.where(_implausible(number, EASTWARD_WIND), number, np.nan)
    return np.where(odd, told, eastward), np.where(odd, told, northward)


def _implausible(values: Array, variable: Variable) -> NDArray[np.bool_]:
    return np.asarray((values < variable.lowest) | (values > variable.highest))
