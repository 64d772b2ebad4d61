"""requirements.lock is what every installation takes; it follows pyproject.toml and names no package index."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PIN = re.compile(r"^(?P<name>[a-z0-9][a-z0-9._-]*)==(?P<version>[^ \\;]+)", re.MULTILINE)


@pytest.fixture(scope="module")
def lock(repository: Path) -> str:
    return (repository / "requirements.lock").read_text()


def test_every_requirement_is_locked_at_a_version_it_allows(repository: Path, lock: str) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text())["project"]
    declared = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    requirements = [requirement for line in declared if (requirement := Requirement(line)).name != "hazecast"]
    pins = [(pin["name"], pin["version"]) for pin in PIN.finditer(lock)]
    for requirement in requirements:
        versions = [version for name, version in pins if name == canonicalize_name(requirement.name)]
        assert versions, f"{requirement} is not locked; run make lock"
        assert all(version in requirement.specifier for version in versions), f"{requirement} but {versions} locked; run make lock"


def test_every_pin_carries_hashes(lock: str) -> None:
    pinned = lock.split("# via")[:-1]
    assert pinned
    assert all("--hash=sha256:" in block for block in pinned)


def test_no_index_is_named(lock: str) -> None:
    assert "://" not in lock
    assert "--index" not in lock
