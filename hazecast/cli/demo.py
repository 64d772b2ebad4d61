"""`hazecast demo`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hazecast.cli.app import app
from hazecast.cli.output import make_folder, print_result, write_whole
from hazecast.cli.progress import progress_bars

if TYPE_CHECKING:
    from hazecast.cli.running import Clock
    from hazecast.config import Settings


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Folder for everything the demo makes.")] = Path("hazecast-demo"),
    seed: Annotated[int, typer.Option(min=0, help="Another seed, another winter.")] = 2013,
    serve: Annotated[bool, typer.Option("--serve", help="Let the bulletin wait for you at the desk, a web page on this machine.")] = False,
) -> None:
    """Make up a winter episode, forecast it, warn of it, and see how right that was. Needs no data and no network."""
    if serve:
        from hazecast.cli.answering import require_desk

        require_desk()
    make_folder(out)
    from hazecast.demo.play import alone

    with alone(out, seed):
        if serve:
            _serve(*_play(out, seed, _desk_address()))
        else:
            _play(out, seed)


def _desk_address() -> str:
    from hazecast.cli.answering import free_address
    from hazecast.config.desk import DeskSettings

    return free_address(DeskSettings().address)


def _play(out: Path, seed: int, desk_address: str = "") -> "tuple[Settings, Path, Clock]":
    """Run the demo's cycle and print what came of it; its settings, where they stand, and the clock of the desk."""
    from hazecast.cli.running import now, run_and_score
    from hazecast.cli.times import cycle_of
    from hazecast.demo.duty import clock_from
    from hazecast.demo.play import prepare
    from hazecast.report import demo_lines

    with progress_bars(quiet=False) as progress:
        staged = prepare(out, seed, progress, desk_address)
        write_whole(staged.settings_file, staged.settings_text)
        wanted = cycle_of(staged.init_time.isoformat(), staged.init_time.isoformat(), staged.settings)
        clock = clock_from(staged.init_time, now) if desk_address else now
        outcome, scores, _ = run_and_score(wanted, staged.settings, progress, clock)
    print_result(False, {}, demo_lines(outcome, scores, staged.settings))
    return staged.settings, staged.settings_file, clock


def _serve(settings: "Settings", file: Path, clock: "Clock") -> None:
    """The desk, until Ctrl-C."""
    from datetime import timedelta
    from functools import partial

    from hazecast.cli.answering import answering
    from hazecast.cli.delivering import deliver
    from hazecast.cli.running import memory_of, now, operations_of
    from hazecast.delivery.wiring import channels_of
    from hazecast.demo.duty import add_people, what_to_do
    from hazecast.scheduler import Beat, run_schedule

    with memory_of(settings) as memory, operations_of(settings) as operations:
        passwords = add_people(memory.ledger, clock())
        work = partial(deliver, settings, memory.ledger, channels_of(settings, clock), clock)
        with answering(settings, file, memory.ledger, operations, clock) as address:
            print("", *what_to_do(address, passwords), sep="\n", flush=True)
            run_schedule((Beat("delivering", work, timedelta(seconds=2), timedelta(minutes=30)),), now)
