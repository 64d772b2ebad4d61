"""Numba loops of deciding."""
