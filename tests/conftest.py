"""What every test runs under: one thread a library, no network, a time zone far from UTC; and the ways to real data and Debian programs."""

import ctypes
import os
import shutil
import socket
import time
from pathlib import Path
from typing import Any

# Two workers with two threads each of OpenMP would fight over two cores; set before numpy and sklearn are imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("NUMBA_NUM_THREADS", "2")
os.environ.setdefault("MPLBACKEND", "Agg")
from hazecast.cli.kernel_cache import use_kernel_cache

use_kernel_cache(os.environ)  # commands that tests start find the kernels that tests compiled, and the other way round
# A machine's own zone must never show in a product; one with odd minutes makes every slip visible.
os.environ["TZ"] = "Asia/Kathmandu"
time.tzset()

import pytest  # noqa: E402
from hypothesis import HealthCheck, settings  # noqa: E402

REPOSITORY = Path(__file__).resolve().parents[1]
DEBIAN_PACKAGES = REPOSITORY / ".ci" / "debian-packages"
DEBIAN_IS_REQUIRED = os.environ.get("HAZECAST_REQUIRE_DEBIAN") == "1"

# Kernels compile in their first example, and machines of continuous integration are slow: time is no verdict here.
settings.register_profile("hazecast", deadline=None, derandomize="CI" in os.environ, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("hazecast")


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the repository."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real cases: HAZECAST_SHARED, or shared/data beside the repository. Skips where there is none."""
    folder = Path(os.environ.get("HAZECAST_SHARED", REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real cases: {folder} is not there (HAZECAST_SHARED names another folder)")
    return folder


def _is_there(name: str) -> bool:
    if ".so" not in name:
        return shutil.which(name) is not None
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def _programs_of_debian_packages() -> dict[str, str]:
    lines = (line.split() for line in DEBIAN_PACKAGES.read_text().splitlines() if line.strip() and not line.startswith("#"))
    return dict(lines)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose program or library of Debian is absent; fail it where HAZECAST_REQUIRE_DEBIAN=1 says that it was installed."""
    for mark in item.iter_markers("debian"):
        (package,) = mark.args
        program = _programs_of_debian_packages()[package]
        if not _is_there(program):
            reason = f"{program} of the Debian package {package} is not installed"
            pytest.fail(reason, pytrace=False) if DEBIAN_IS_REQUIRED else pytest.skip(reason)


def _is_local(address: Any) -> bool:
    return not isinstance(address, tuple) or address[0] in {"127.0.0.1", "::1", "localhost"}


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = socket.socket.connect

    def connect_locally(self: socket.socket, address: Any) -> None:
        if not _is_local(address):
            raise AssertionError(f"A test would reach {address} over the network.")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect_locally)


@pytest.fixture
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine with two cores, whatever this one has."""
    monkeypatch.setattr("hazecast.beside.process.cores", lambda: 2)
