"""`hazecast serve`."""

from typing import TYPE_CHECKING

from hazecast.cli.app import ConfigOption, app

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

    from hazecast.config import Settings
    from hazecast.scheduler import Beat
    from hazecast.serving.rounds import Machine, Seen


@app.command()
def serve(config: ConfigOption) -> None:
    """Run all by itself, until stopped: cycles as their inputs come, deliveries, training, checks, copies, and the page of the desk."""
    from hazecast.cli.answering import answering
    from hazecast.cli.inputs import require_archive
    from hazecast.cli.running import memory_of, now, operations_of, require_key, require_known_names, require_what_pdf_needs
    from hazecast.cli.serve_logs import log_as_json
    from hazecast.config import load_settings
    from hazecast.scheduler import run_schedule
    from hazecast.serving.rounds import Seen, leave

    log_as_json()
    settings = load_settings(config)
    require_known_names(settings)
    require_key(settings)
    require_what_pdf_needs(settings)
    require_archive(settings)
    with memory_of(settings) as memory, operations_of(settings) as operations:
        machine, seen = _machine(settings, config, memory.ledger, operations), Seen()
        with answering(settings, config, memory.ledger, operations, now):
            run_schedule(_beats(machine, seen), now, stopping=lambda: leave(machine, seen))


def _machine(settings: "Settings", config: "Path", ledger: "Engine", operations: "Engine") -> "Machine":
    import os
    import secrets
    import socket
    import sys
    from datetime import timedelta

    from hazecast.cli.running import now
    from hazecast.serving.crew import Crew, Task
    from hazecast.serving.processes import WorkerProcess
    from hazecast.serving.rounds import Machine

    owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"  # a number can come again after a restart
    command = (sys.executable, "-m", "hazecast", "work", "--config", str(config.resolve()))

    def spawn(task: Task) -> WorkerProcess:
        return WorkerProcess(command, task)

    crew = Crew(ledger, operations, owner, spawn, timedelta(minutes=settings.schedule.limit_minutes))
    return Machine(ledger, operations, settings, crew, owner, now)


def _beats(machine: "Machine", seen: "Seen") -> "tuple[Beat, ...]":
    from datetime import timedelta
    from functools import partial

    from hazecast.cli.delivering import deliver
    from hazecast.cli.running import now
    from hazecast.delivery.wiring import channels_of, operators_of
    from hazecast.scheduler import Beat, errors_logged
    from hazecast.serving.alarms import raise_alarms, tell_operators
    from hazecast.serving.rounds import ROUND, one_round
    from hazecast.serving.status import status_of

    settings = machine.settings
    channels, operators = channels_of(settings), operators_of(settings)

    def look_after() -> None:
        if seen.lease is None:
            return
        with errors_logged("looking for what is amiss"):
            raise_alarms(machine.operations, status_of(machine.ledger, machine.operations, settings, now()), now())
            tell_operators(machine.operations, channels, operators, settings.operator.name, now())

    return (
        Beat("the round of the leader", partial(one_round, machine, seen), ROUND, timedelta(minutes=5)),
        Beat("delivering", partial(deliver, settings, machine.ledger, channels, now), timedelta(seconds=15), timedelta(minutes=30)),
        Beat("looking for what is amiss", look_after, timedelta(minutes=1), timedelta(minutes=10)),
    )
