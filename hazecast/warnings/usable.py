"""Which numbers can be a concentration, a distance or a humidity."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def usable(values: ArrayLike) -> NDArray[np.floating]:
    """`values` as floating point numbers with NaN in place of what cannot be a concentration, a distance or a humidity."""
    numbers = np.asarray(values)
    numbers = numbers if np.issubdtype(numbers.dtype, np.floating) else numbers.astype(np.float64)
    return np.where(np.isfinite(numbers) & (numbers >= 0.0), numbers, np.nan)
