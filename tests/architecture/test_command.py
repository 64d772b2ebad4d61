"""The command answers at once: what is heavy is imported only by the subcommand that needs it."""

from collections.abc import Callable

import pytest

HEAVY = {"cartopy", "matplotlib", "netCDF4", "numba", "pandas", "scipy", "sklearn", "sqlalchemy", "xarray"}

IMPORT_THE_COMMAND = "import hazecast.cli"
ASK_FOR_HELP = """
import runpy, sys
sys.argv = ["hazecast", "--help"]
try:
    runpy.run_module("hazecast", run_name="__main__")
except SystemExit as end:
    assert not end.code, end.code
"""
SHOW_MODULES = "\nimport sys; print('MODULES', *{name.partition('.')[0] for name in sys.modules})"


@pytest.mark.parametrize("code", [IMPORT_THE_COMMAND, ASK_FOR_HELP])
def test_the_command_starts_without_the_heavy_libraries(code: str, run_python: Callable[..., str]) -> None:
    printed = run_python("-W", "error", "-c", code + SHOW_MODULES)
    loaded = set(printed.rpartition("MODULES")[2].split())
    assert "hazecast" in loaded
    assert not loaded & HEAVY


def test_python_m_hazecast_shows_the_commands(run_python: Callable[..., str]) -> None:
    printed = run_python("-m", "hazecast", "--help")
    for command in ("demo", "init", "run", "schedule"):
        assert command in printed
