"""Whole trajectories that hang together: each hour by its own distribution, hours and stations as they went together before."""
