"""Tasks given out to workers and taken back as they are done."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait

from hazecast.backtest.replay.task import CycleDone, CycleTask
from hazecast.backtest.replay.workers import Workers
from hazecast.errors import CycleError

MOST_DEATHS = 3  # in a row, without a task done between them


def done_tasks(tasks: Sequence[CycleTask], workers: Workers) -> Iterator[CycleDone]:
    """What came of each task, in the order in which they are done; the tasks of workers that died are given out again.

    Raises what a task raises, and CycleError where workers die one after the other.
    """
    waiting, running = deque(tasks), dict[Future[CycleDone], CycleTask]()
    deaths = 0
    while waiting or running:
        try:
            while waiting and len(running) < workers.at_once():
                running[workers.submit(waiting[0])] = waiting[0]
                waiting.popleft()
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                done = future.result()
                del running[future]
                deaths = 0
                yield done
        except BrokenExecutor as died:
            deaths += 1
            if deaths >= MOST_DEATHS:
                raise CycleError(
                    f"Workers died {deaths} times in a row, the last at one of {', '.join(t.cycle.key for t in running.values())}.",
                    "See whether memory is short, and take fewer --workers; started again, the backtest goes on from here.",
                ) from died
            waiting.extendleft(reversed(running.values()))
            running.clear()
            workers.mend()
