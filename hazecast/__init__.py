"""hazecast: air quality forecasts and haze warnings for cities."""

import os

# Read when scikit-learn loads its OpenMP. Threads that spin while they wait make a fit many times slower on a busy machine.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

__version__: str


def __getattr__(name: str) -> str:
    """The version is looked up when somebody asks: most commands need not wait for it."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import version

    return version("hazecast")
