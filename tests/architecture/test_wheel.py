"""The wheel as others install it: whole, and working with the base tier alone."""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from importlib.metadata import Distribution
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

# Whatever needs an extra stands under one of these.
ROOMS_OF_EXTRAS = (
    "hazecast.bulletins.paper",
    "hazecast.bulletins.pictures",
    "hazecast.backtest.comparison",
    "hazecast.backtest.scorecard",
    "hazecast.backtest.verification",
    "hazecast.desk",
)

IMPORT_EVERY_MODULE = """
import importlib, json, pkgutil, warnings
import hazecast
lacking = {}
for module in pkgutil.walk_packages(hazecast.__path__, "hazecast."):
    if not module.name.endswith("__main__"):
        try:
            importlib.import_module(module.name)
        except ModuleNotFoundError as absent:
            lacking[module.name] = absent.name
print(json.dumps({"lacking": lacking, "hazecast": hazecast.__file__, "warnings": warnings.__file__}))
"""


@pytest.fixture(scope="module")
def wheel(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(repository)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.glob("*.whl")
    return built


def link_packages(distribution: Distribution, site_packages: Path) -> None:
    """Put what a distribution installed into another environment, without downloading it again."""
    top_level = {file.parts[0] for file in distribution.files or () if file.parts[0] not in {"..", "__pycache__"}}
    for name in top_level:
        target = Path(str(distribution.locate_file(name)))
        if target.exists() and not (site_packages / name).exists():
            (site_packages / name).symlink_to(target)


@pytest.fixture(scope="module")
def base_python(wheel: Path, distributions_of: Callable[..., dict[str, Distribution]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment with the wheel and what the base tier needs, and nothing else."""
    folder = tmp_path_factory.mktemp("base")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=120)
    python = folder / "bin" / "python"
    (site_packages,) = folder.glob("lib/python*/site-packages")
    for distribution in distributions_of().values():
        link_packages(distribution, site_packages)
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(pip, check=True, timeout=120)
    return python


def test_the_wheel_carries_every_file_of_the_package(wheel: Path, repository: Path) -> None:
    package = repository / "hazecast"
    kept = {str(f.relative_to(repository)) for f in package.rglob("*") if f.is_file() and "__pycache__" not in f.parts}
    carried = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert carried == kept


@pytest.mark.parametrize(
    ("folder", "suffix"),
    [("templates", ".j2"), ("editions", ".toml"), ("locale", ".po"), ("hazecast", ".typed"), ("licenses", "LICENSE")],
)
def test_the_wheel_carries_data_files(folder: str, suffix: str, wheel: Path) -> None:
    carried = [Path(name) for name in zipfile.ZipFile(wheel).namelist()]
    assert any(folder in path.parts and path.name.endswith(suffix) for path in carried)


def test_the_base_alone_imports_every_module_but_those_of_extras(base_python: Path, run_python: Callable[..., str], tmp_path: Path) -> None:
    seen = json.loads(run_python("-c", IMPORT_EVERY_MODULE, interpreter=base_python, cwd=tmp_path))
    assert Path(seen["hazecast"]).is_relative_to(base_python.parents[1])
    assert Path(seen["warnings"]).parent == Path(os.__file__).parent
    assert seen["lacking"]
    assert {name: lacked for name, lacked in seen["lacking"].items() if not name.startswith(ROOMS_OF_EXTRAS)} == {}


@pytest.mark.parametrize("way", ["module", "script"])
def test_the_command_of_the_installed_wheel_starts(way: str, base_python: Path, run_python: Callable[..., str], tmp_path: Path) -> None:
    start = ("-m", "hazecast") if way == "module" else (str(base_python.with_name("hazecast")),)
    assert "Usage" in run_python(*start, "--help", interpreter=base_python, cwd=tmp_path)
