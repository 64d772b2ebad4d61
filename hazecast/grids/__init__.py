"""Lattices, and the ways onto them: hours, regridding, stations."""
