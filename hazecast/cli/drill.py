"""`hazecast drill`: a simulated month with faults at random, and whether all that must hold still holds."""

import sys
from typing import Annotated

import typer

from hazecast.cli.app import JsonOption, app
from hazecast.cli.output import print_result


@app.command()
def drill(
    faults: Annotated[int, typer.Option(min=1, max=100_000, metavar="N", help="So many faults at least.")] = 200,
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="The same number gives the same faults.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Play simulated months in which workers are killed, disks fill, clocks jump; status 1 where anything that must hold is broken."""
    import logging

    from hazecast.drills.running import run_drill
    from hazecast.drills.telling import facts_of, lines_of

    logging.disable(logging.CRITICAL)  # the faults are told by the table; what the engine logs of each is no news
    result = run_drill(faults, seed, lambda struck: print(f"{struck} faults", file=sys.stderr))
    print_result(as_json, facts_of(result), lines_of(result))
    if result.broken:
        raise typer.Exit(1)
