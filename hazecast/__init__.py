"""hazecast: air quality forecasts and haze warnings for cities."""

from importlib.metadata import version

__version__ = version("hazecast")
