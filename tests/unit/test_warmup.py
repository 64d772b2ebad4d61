"""The warm-up reaches every kernel, with the types that a cycle gives it: what is compiled ahead is what runs."""

import ast
import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from numba.core.dispatcher import Dispatcher

from hazecast.cli.exercising import lots
from tests.small_case import INIT, write_small_case

# Kernels that no cycle calls, by module and name, and why.
NEVER_CALLED: dict[str, str] = {}


def is_of_kernels(module: str) -> bool:
    return module.startswith("hazecast.") and "kernels" in module.split(".")


def modules_of(repository: Path) -> dict[str, Path]:
    return {".".join(f.relative_to(repository).with_suffix("").parts): f for f in sorted((repository / "hazecast").rglob("*.py"))}


def kernels_of(repository: Path) -> dict[str, Dispatcher]:
    """Every compiled function of every module of kernels; what is inlined always is a part of others."""
    found = {}
    for name in filter(is_of_kernels, modules_of(repository)):
        for value in vars(import_module(name)).values():
            if isinstance(value, Dispatcher) and value.py_func.__module__ == name and value.targetoptions.get("inline") != "always":
                found[f"{name}.{value.py_func.__qualname__}"] = value
    return found


def called_from_outside(repository: Path) -> set[str]:
    """What modules that are none of kernels take from those that are."""
    taken: set[str] = set()
    for name, file in modules_of(repository).items():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and not is_of_kernels(name) and is_of_kernels(node.module):
                taken |= {f"{node.module}.{alias.name}" for alias in node.names}
    return taken


def test_every_kernel_that_is_called_has_been_compiled(repository: Path) -> None:
    for lot in lots():
        for _, exercise in lot:
            exercise()
    kernels = kernels_of(repository)
    called = called_from_outside(repository) & kernels.keys() - NEVER_CALLED.keys()
    assert len(called) > 20
    assert {name for name in called if not kernels[name].signatures} == set()


AFTER = """
import json, sys
from pathlib import Path
from unittest import mock
from numba.core import event

compiled = []
class Listener(event.Listener):
    def on_start(self, event):
        kernel = event.data["dispatcher"].py_func
        compiled.append(f"{kernel.__module__}.{kernel.__qualname__} {event.data['args']}")
    def on_end(self, event):
        pass
event.register("numba:compile", Listener())

from tests.commands import hazecast
from tests.unit.test_cli_run import QUICK, set_to
folder, cycle = Path(sys.argv[1]), sys.argv[2]
began = hazecast("init", "--meteorology", "meteorology", "--observations", "observations", "--out", "case.toml", cwd=folder)
set_to(folder / "case.toml", **QUICK)
ran = hazecast("run", "--config", "case.toml", "--cycle", cycle, cwd=folder)
print("RESULT" + json.dumps({"compiled": compiled, "status": [began.status, ran.status], "err": began.err + ran.err}))
"""


@pytest.mark.slow
def test_after_a_cold_warm_up_every_kernel_is_kept_and_a_cycle_compiles_nothing(repository: Path, tmp_path: Path) -> None:
    cold = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    command = [sys.executable, "-m", "hazecast", "warmup", "--json"]
    done = subprocess.run(command, cwd=repository, env=cold, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["compiled"]
    folder = Path(told["folder"])
    kept = {index.name.rpartition(".py")[0] for index in folder.rglob("*.nbi")}
    expected = {name: index_of(kernel) for name, kernel in kernels_of(repository).items() if name not in NEVER_CALLED}
    assert {name for name, index in expected.items() if index not in kept} == set()

    case = write_small_case(tmp_path / "case")
    warm = os.environ | {"NUMBA_CACHE_DIR": str(folder)}
    command = [sys.executable, "-c", AFTER, str(case.folder), INIT]
    done = subprocess.run(command, cwd=repository, env=warm, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.rpartition("RESULT")[2])
    assert result == {"compiled": [], "status": [0, 0], "err": ""}


def index_of(kernel: Dispatcher) -> str:
    """How numba names what it keeps of a kernel, without the version of Python."""
    code = kernel.py_func.__code__
    return f"{kernel.py_func.__module__.rpartition('.')[2]}.{kernel.py_func.__qualname__}-{code.co_firstlineno}"
