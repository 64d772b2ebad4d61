"""How many threads share a piece of work."""

import numba
from threadpoolctl import threadpool_info

from hazecast.forecast.correction import fitting  # brings the libraries whose threads are counted
from hazecast.forecast.threads import ROWS_FOR_THREADS, threads_for


def counts() -> tuple[int, set[int]]:
    return numba.get_num_threads(), {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "openmp"}


def test_few_rows_are_learnt_from_by_one_thread_and_afterwards_there_are_as_many_as_before() -> None:
    assert fitting.threads_for is threads_for
    before = counts()
    assert before[1], "trees are grown by threads of OpenMP"
    with threads_for(ROWS_FOR_THREADS - 1):
        assert counts() == (1, {1})
    assert counts() == before
    with threads_for(ROWS_FOR_THREADS):
        assert counts() == before
