"""The folder hazecast/warnings must never stand where Python looks for its own module `warnings`."""

from collections.abc import Callable
from pathlib import Path
from sysconfig import get_path

import pytest

SHOW_WARNINGS = "import warnings; print(warnings.__file__)"
SHOW_WARNINGS_AFTER_HELP = """
import runpy, sys
sys.argv = ["hazecast", "--help"]
try:
    runpy.run_module("hazecast", run_name="__main__")
except SystemExit as end:
    assert not end.code, end.code
import warnings
print(warnings.__file__)
"""


def last_line(printed: str) -> Path:
    return Path(printed.strip().splitlines()[-1])


@pytest.mark.parametrize("folder", [".", "tests", "docs"])
def test_python_finds_its_own_warnings_from(folder: str, repository: Path, run_python: Callable[..., str]) -> None:
    assert last_line(run_python("-c", SHOW_WARNINGS, cwd=repository / folder)).parent == Path(get_path("stdlib"))


def test_python_finds_its_own_warnings_after_python_m_hazecast(run_python: Callable[..., str]) -> None:
    assert last_line(run_python("-c", SHOW_WARNINGS_AFTER_HELP)).parent == Path(get_path("stdlib"))


def test_no_folder_of_the_editable_install_holds_a_top_level_warnings(run_python: Callable[..., str]) -> None:
    holders = run_python("-c", "import sys, pathlib; print([p for p in sys.path[1:] if (pathlib.Path(p) / 'warnings').is_dir()])")
    assert holders.strip() == "[]"
