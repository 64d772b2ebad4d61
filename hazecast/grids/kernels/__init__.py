"""Numba loops of regridding. They keep Python's lock, so no two of the parallel ones ever run at once in a process."""
