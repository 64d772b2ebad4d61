"""The air of a place from six hours to the next: a step that is learnt, and repeated all the way to the valid hour."""

from hazecast.forecast.steps.fitting import fit_steps
from hazecast.forecast.steps.stepping import Steps

__all__ = ["Steps", "fit_steps"]
