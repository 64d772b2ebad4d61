"""The application that every command belongs to, and the options that they share."""

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


@app.callback()
def _top(
    version: Annotated[bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop.")] = False,
) -> None:
    pass
