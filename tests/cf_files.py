"""A small CF dataset that tests take apart: the weather of the small case under standard names."""

import numpy as np
import xarray as xr

from tests.lambert import Lambert
from tests.small_case import small_weather

HOURS = 30
STANDARD_NAMES = {
    "u10": "eastward_wind",
    "v10": "northward_wind",
    "t2m": "air_temperature",
    "d2m": "dew_point_temperature",
    "sp": "surface_air_pressure",
    "tp": "lwe_thickness_of_precipitation_amount",
    "blh": "atmosphere_boundary_layer_thickness",
    "ssrd": "integral_wrt_time_of_surface_downwelling_shortwave_flux_in_air",
    "tcc": "cloud_area_fraction",
}
UNITS = {"u10": "m s-1", "v10": "m s-1", "ssrd": "W s m-2", "tcc": "1"}


def cf_weather(*names: str, hours: int = HOURS) -> xr.Dataset:
    """Dimensions lat and lon, names without a meaning (`field_u10`), and standard names with the height as a coordinate."""
    names = names or ("u10", "v10", "t2m")
    data = small_weather(names, hours).rename(valid_time="time", latitude="lat", longitude="lon")
    fields = {}
    for name in names:
        attrs = {"units": UNITS.get(name, data[name].attrs["units"]), "standard_name": STANDARD_NAMES[name]}
        fields[f"field_{name}"] = data[name].assign_attrs(attrs)
    plain = xr.Dataset(fields)
    plain["lat"].attrs.update(units="degrees_north", standard_name="latitude")
    plain["lon"].attrs.update(units="degrees_east", standard_name="longitude")
    plain["time"].attrs.update(standard_name="time")
    return plain


def with_heights(data: xr.Dataset) -> xr.Dataset:
    """Each field with the coordinate of its height, as CF wants it."""
    heights = {"u10": ("h10", 10.0), "v10": ("h10", 10.0), "t2m": ("h2", 2.0), "d2m": ("h2", 2.0)}
    for name, (coordinate, metres) in heights.items():
        if f"field_{name}" in data:
            data = data.assign({coordinate: ((), metres, {"standard_name": "height", "units": "m", "positive": "up"})})
            data[f"field_{name}"].attrs["coordinates"] = coordinate
    return data


def on_projection(
    grid: Lambert, hours: int = HOURS, *, along_grid: bool = True, eastward: float = 5.0, northward: float = -3.0
) -> xr.Dataset:
    """One wind everywhere, on a Lambert grid with x and y in metres, with latitude and longitude along both."""
    latitude, longitude = grid.places()
    times = small_weather(("u10",), hours)["valid_time"].values
    ones = np.ones((hours, *latitude.shape))
    x, y = grid.along_axes(eastward, northward, longitude) if along_grid else (eastward + 0 * latitude, northward + 0 * latitude)
    names = ("x_wind", "y_wind") if along_grid else ("eastward_wind", "northward_wind")
    attrs = {"units": "m s-1", "grid_mapping": "crs", "coordinates": "lat lon"}
    return xr.Dataset(
        {
            "u": (("time", "y", "x"), x * ones, {**attrs, "standard_name": names[0]}),
            "v": (("time", "y", "x"), y * ones, {**attrs, "standard_name": names[1]}),
            "crs": ((), 0, {"grid_mapping_name": "lambert_conformal_conic"}),
            "lat": (("y", "x"), latitude, {"units": "degrees_north", "standard_name": "latitude"}),
            "lon": (("y", "x"), longitude, {"units": "degrees_east", "standard_name": "longitude"}),
        },
        coords={
            "time": ("time", times, {"standard_name": "time"}),
            "x": ("x", grid.spacing * np.arange(grid.columns), {"standard_name": "projection_x_coordinate", "units": "m", "axis": "X"}),
            "y": ("y", grid.spacing * np.arange(grid.rows), {"standard_name": "projection_y_coordinate", "units": "m", "axis": "Y"}),
        },
    )
