"""What tests/conftest.py promises: no silent skip of what was installed, no network, a time zone far from UTC."""

import os
import shutil
import socket
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

NEEDS_A_PROGRAM = """
import pytest

@pytest.mark.debian("no-such-package")
def test_that_needs_a_program():
    pass
"""


@pytest.mark.parametrize(("required", "outcome"), [("0", "1 skipped"), ("1", "1 error")])
def test_an_absent_debian_program_is(required: str, outcome: str, repository: Path, tmp_path: Path) -> None:
    for folder in (".ci", "tests"):
        (tmp_path / folder).mkdir()
    shutil.copy(repository / "tests" / "conftest.py", tmp_path / "tests")
    shutil.copy(repository / "pyproject.toml", tmp_path)
    (tmp_path / ".ci" / "debian-packages").write_text("# package program\nno-such-package no-such-program\n")
    (tmp_path / "tests" / "test_example.py").write_text(NEEDS_A_PROGRAM)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")} | {"HAZECAST_REQUIRE_DEBIAN": required}
    pytest_again = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]
    done = subprocess.run(pytest_again, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert outcome in done.stdout, done.stdout + done.stderr


def test_every_listed_debian_package_names_its_program(repository: Path) -> None:
    lines = [line.split() for line in (repository / ".ci" / "debian-packages").read_text().splitlines() if line and line[0] != "#"]
    assert lines
    assert all(len(line) == 2 for line in lines)


def test_a_test_cannot_reach_the_network() -> None:
    with socket.socket() as telephone, pytest.raises(AssertionError, match="over the network"):
        telephone.connect(("192.0.2.1", 80))


def test_a_test_can_reach_a_server_of_its_own() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()


def test_the_machine_stands_in_a_zone_that_no_product_may_show() -> None:
    assert datetime.now().astimezone().utcoffset() == timedelta(hours=5, minutes=45)
