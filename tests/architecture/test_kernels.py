"""Kernels are loops over arrays: they import numpy and numba alone, and are the same with the compiler off."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

MAY_IMPORT = {"collections", "math", "numba", "numpy", "typing"}


def kernel_modules(modules: tuple[Path, ...]) -> list[Path]:
    return [module for module in modules if "kernels" in module.parts or module.stem == "kernels"]


def imported_by(module: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(f"{'.' * node.level}{node.module or ''}")
    return names


def is_allowed(name: str) -> bool:
    return name.partition(".")[0] in MAY_IMPORT or (name.startswith("hazecast.") and ".kernels" in name)


def test_kernels_import_numpy_and_numba_alone(modules: tuple[Path, ...]) -> None:
    kernels = kernel_modules(modules)
    assert kernels
    assert {(str(module), name) for module in kernels for name in imported_by(module) if not is_allowed(name)} == set()


@pytest.mark.slow
def test_kernels_give_the_same_without_the_compiler(repository: Path) -> None:
    """The ordinary run tests them compiled; here the same tests run as plain Python."""
    files = sorted(str(file) for file in (repository / "tests").glob("*/test_*kernels*.py") if file != Path(__file__))
    assert files
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *files],
        cwd=repository,
        env={**{k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
