"""Loops over drawn trajectories."""
