"""Monotone advection of many tracers by sweeps east and north, streamed row by row with the air carried along."""
