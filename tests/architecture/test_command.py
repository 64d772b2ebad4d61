"""The command answers at once: what is heavy is imported only by the subcommand that needs it."""

import sys
from collections.abc import Callable

import pytest

# What draws the help, and what it brings along where it is installed; everything else has to wait for a command that needs it.
HELPERS = {"annotated_doc", "attr", "colorama", "markdown_it", "mdurl", "pygments", "shellingham", "typing_extensions"}
LIGHT = {"hazecast", "rich", "typer"} | HELPERS
BEFORE_ANYTHING = {"__main__", "__mp_main__", "_distutils_hack", "sitecustomize", "usercustomize"}  # and what Python itself loads
HELP_LOADS_AT_MOST = 500  # modules; half of them are the standard library's

IMPORT_THE_COMMAND = "import hazecast.cli"
ASK_FOR_HELP = """
import runpy, sys
sys.argv = ["hazecast", "--help"]
try:
    runpy.run_module("hazecast", run_name="__main__")
except SystemExit as end:
    assert not end.code, end.code
"""
SHOW_MODULES = "\nimport sys; print('MODULES', *sys.modules)"


@pytest.mark.parametrize("code", [IMPORT_THE_COMMAND, ASK_FOR_HELP])
def test_the_command_starts_without_the_heavy_libraries(code: str, run_python: Callable[..., str]) -> None:
    printed = run_python("-W", "error", "-c", code + SHOW_MODULES)
    loaded = printed.rpartition("MODULES")[2].split()
    packages = {name.partition(".")[0] for name in loaded} - sys.stdlib_module_names - BEFORE_ANYTHING
    assert "hazecast" in packages
    assert {name for name in packages if not name.startswith("__editable__")} <= LIGHT
    assert len(loaded) < HELP_LOADS_AT_MOST


def test_importing_the_command_draws_no_help_yet(run_python: Callable[..., str]) -> None:
    loaded = run_python("-c", IMPORT_THE_COMMAND + SHOW_MODULES).rpartition("MODULES")[2].split()
    assert not {"rich", "importlib.metadata"} & set(loaded)


def test_a_step_of_the_transport_model_waits_for_no_labelled_data(run_python: Callable[..., str]) -> None:
    code = "import hazecast.forecast.transport.building"
    packages = {name.partition(".")[0] for name in run_python("-c", code + SHOW_MODULES).rpartition("MODULES")[2].split()}
    assert "numba" in packages
    assert not {"pandas", "pydantic", "sklearn", "xarray"} & packages


def test_python_m_hazecast_shows_the_commands(run_python: Callable[..., str]) -> None:
    printed = run_python("-m", "hazecast", "--help")
    for command in ("demo", "init", "run", "serve"):
        assert command in printed
