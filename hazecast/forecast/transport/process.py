"""What a process is to the integrator: something prepared once an hour, then done step by step."""

from collections.abc import Callable

from hazecast.forecast.transport.hour import Hour
from hazecast.forecast.transport.layers import Air
from hazecast.forecast.transport.state import State

Step = Callable[[State, float], None]
"""Advance the state, in place, by so many seconds."""

Process = Callable[[Hour, Air], Step]
"""Prepare one hour."""
