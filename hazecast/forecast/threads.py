"""How many threads share a piece of work."""

from collections.abc import Iterator
from contextlib import contextmanager

import numba
from threadpoolctl import threadpool_limits

ROWS_FOR_THREADS = 10_000  # with fewer, the threads that grow and read trees wait for each other longer than they work


@contextmanager
def threads_for(rows: int) -> Iterator[None]:
    """One thread where there are so few rows to learn from; what is learnt is the same for any number."""
    if rows >= ROWS_FOR_THREADS:
        yield
        return
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        with threadpool_limits(1, "openmp"):
            yield
    finally:
        numba.set_num_threads(before)
