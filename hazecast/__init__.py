"""hazecast: air quality forecasts and haze warnings for cities."""

import os
from importlib.metadata import version

# Read when scikit-learn loads its OpenMP. Threads that spin while they wait make a fit many times slower on a busy machine.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

__version__ = version("hazecast")
