"""From degrees to the plane of a map that keeps shapes."""

from dataclasses import dataclass
from typing import Any

import cartopy.crs as ccrs
import numpy as np
import shapely
from matplotlib.path import Path
from numpy.typing import NDArray
from shapely.geometry.polygon import orient

Array = NDArray[np.float64]
LONGEST_PIECE = 0.1  # degrees; longer straight lines would not bend with the projection
METRES_PER_DEGREE = 111_200.0
TROPICS = 12.0  # degrees from the equator within which a cone has no tip


@dataclass(frozen=True, slots=True)
class Plane:
    """A map projection of one part of the world: a conformal cone, or Mercator near the equator."""

    crs: Any

    @classmethod
    def around(cls, west: float, south: float, east: float, north: float) -> "Plane":
        """The plane that suits a box of degrees."""
        middle, centre = (south + north) / 2, (west + east) / 2
        if abs(middle) < TROPICS or south * north <= 0:
            return cls(ccrs.Mercator(central_longitude=centre))
        sixth = (north - south) / 6
        cutoff = -30.0 if middle > 0 else 30.0
        parallels = (south + sixth, north - sixth)
        return cls(ccrs.LambertConformal(centre, middle, standard_parallels=parallels, cutoff=cutoff))

    def xy(self, longitude: Any, latitude: Any) -> Array:
        """Points (…, 2) in metres."""
        points = self.crs.transform_points(ccrs.PlateCarree(), np.asarray(longitude, dtype=float), np.asarray(latitude, dtype=float))
        return np.asarray(points[..., :2])

    def flat(self, geometry: Any) -> Any:
        """A geometry in degrees as one in metres."""
        return shapely.transform(shapely.segmentize(geometry, LONGEST_PIECE), lambda points: self.xy(points[:, 0], points[:, 1]))


def filled(geometry: Any) -> Path | None:
    """The polygons of a geometry as one path with its holes; None if there are none."""
    polygons = [
        orient(part) for part in shapely.get_parts(shapely.force_2d(geometry)) if isinstance(part, shapely.Polygon) and not part.is_empty
    ]
    rings = [Path(np.asarray(ring.coords)) for polygon in polygons for ring in (polygon.exterior, *polygon.interiors)]
    return Path.make_compound_path(*rings) if rings else None


def lines(geometry: Any) -> list[Array]:
    """The lines of a geometry as arrays of points."""
    merged = shapely.line_merge(geometry) if isinstance(geometry, shapely.MultiLineString) else geometry
    return [np.asarray(part.coords) for part in shapely.get_parts(merged) if isinstance(part, shapely.LineString) and not part.is_empty]
