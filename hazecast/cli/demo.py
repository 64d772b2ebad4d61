"""`hazecast demo`."""

from pathlib import Path
from typing import Annotated

import typer

from hazecast.cli.app import app
from hazecast.cli.output import make_folder, print_result, write_whole
from hazecast.cli.progress import progress_bars


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Folder for everything the demo makes.")] = Path("hazecast-demo"),
    seed: Annotated[int, typer.Option(min=0, help="Another seed, another winter.")] = 2013,
) -> None:
    """Make up a winter episode, forecast it, warn of it, and see how right that was. Needs no data and no network."""
    from hazecast.cli.running import run_and_score
    from hazecast.cli.times import cycle_of
    from hazecast.demo.play import prepare
    from hazecast.report import demo_lines

    make_folder(out)
    with progress_bars(quiet=False) as progress:
        staged = prepare(out, seed, progress)
        write_whole(staged.settings_file, staged.settings_text)
        wanted = cycle_of(staged.init_time.isoformat(), staged.init_time.isoformat(), staged.settings)
        outcome, scores, _ = run_and_score(wanted, staged.settings, progress)
    print_result(False, {}, demo_lines(outcome, scores, staged.settings))
