"""Drills: a simulated month of a machine that is always on, with faults at random, and what must hold at its end."""
