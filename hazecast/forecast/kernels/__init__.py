"""The numba loops. They take arrays and numbers, and know nothing else."""
