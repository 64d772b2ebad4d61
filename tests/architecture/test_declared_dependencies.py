"""What a module imports, pyproject.toml names: a package that comes along with another may one day stay away."""

import ast
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def imported_packages(module: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(module.read_text(encoding="utf-8"))))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    drawn_from = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    return {name.partition(".")[0] for name in plain | drawn_from}


def test_every_imported_package_is_declared(repository: Path, modules: tuple[Path, ...]) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text())["project"]
    lines = [
        *project["dependencies"],
        *(line for tier, extra in project["optional-dependencies"].items() if tier != "dev" for line in extra),
    ]
    declared = {canonicalize_name(Requirement(line).name) for line in lines}
    foreign = {name for module in modules for name in imported_packages(module)} - sys.stdlib_module_names - {"hazecast"}
    distributions = packages_distributions()
    undeclared = {name for name in foreign if not declared & {canonicalize_name(d) for d in distributions.get(name, ())}}
    assert "numpy" in foreign
    assert undeclared == set()
