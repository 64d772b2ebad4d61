"""Ways to look at hazecast from outside: a fresh interpreter, its declared dependencies, its source files."""

import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


@pytest.fixture(scope="session")
def run_python(repository: Path) -> Callable[..., str]:
    """Runs `python ARGUMENTS` from the root of the repository, or elsewhere, and gives what it printed; fails if it failed."""

    def run(*arguments: str, interpreter: Path = Path(sys.executable), cwd: Path = repository) -> str:
        done = subprocess.run([interpreter, *arguments], cwd=cwd, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, f"python {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    return run


def _wanted(requirement: Requirement, extras: frozenset[str]) -> bool:
    return requirement.marker is None or any(requirement.marker.evaluate({"extra": extra}) for extra in (*extras, ""))


@pytest.fixture(scope="session")
def distributions_of() -> Callable[..., dict[str, Distribution]]:
    """Gives the installed distributions that hazecast with some extras needs, itself left out, by name."""

    def closure(*extras: str) -> dict[str, Distribution]:
        found: dict[str, Distribution] = {}
        pending = [("hazecast", frozenset(extras))]
        seen = set(pending)
        while pending:
            name, wanted_extras = pending.pop()
            found[name] = distribution(name)
            for line in found[name].requires or ():
                requirement = Requirement(line)
                step = (canonicalize_name(requirement.name), frozenset(requirement.extras))
                if _wanted(requirement, wanted_extras) and step not in seen:
                    seen.add(step)
                    pending.append(step)
        del found["hazecast"]
        return found

    return closure


@pytest.fixture(scope="session")
def modules(repository: Path) -> tuple[Path, ...]:
    """Every Python file of the package."""
    return tuple(sorted((repository / "hazecast").rglob("*.py")))
