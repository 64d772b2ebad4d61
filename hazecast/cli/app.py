"""The application that every command belongs to, and the options that they share."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="hazecast", help="Air quality forecasts and haze warnings for cities.", no_args_is_help=True, add_completion=False,
    pretty_exceptions_enable=False,
)  # fmt: skip

ConfigOption = Annotated[Path, typer.Option("--config", metavar="FILE.toml", help="The settings file.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]


def _print_version(asked: bool) -> None:
    if asked:
        from hazecast import __version__

        print(__version__)
        raise typer.Exit


VersionOption = Annotated[bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop.")]


@app.callback()
def _top(version: VersionOption = False) -> None:  # noqa: ARG001
    from hazecast.cli.kernel_cache import use_kernel_cache  # before any command imports numba

    chosen = use_kernel_cache(os.environ)
    if chosen is not None and chosen.remark:
        print(f"hazecast: {chosen.remark}", file=sys.stderr)
