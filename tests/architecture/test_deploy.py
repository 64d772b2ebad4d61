"""What is installed on a machine names commands and folders that there are."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest


@pytest.fixture
def unit(repository: Path) -> configparser.ConfigParser:
    parsed = configparser.ConfigParser(interpolation=None, strict=False)
    parsed.optionxform = str  # type: ignore[assignment,method-assign]
    parsed.read(repository / "deploy" / "hazecast.service", encoding="utf-8")
    return parsed


def test_the_unit_serves_is_started_again_whatever_the_end_and_given_time_to_stop(unit: configparser.ConfigParser) -> None:
    service = unit["Service"]
    assert service["ExecStart"].split()[-3:] == ["serve", "--config", "/etc/hazecast/hazecast.toml"]
    assert (service["Restart"], service["KillMode"]) == ("always", "mixed")
    assert int(service["TimeoutStopSec"]) > 120, "an attempt at a delivery may take two minutes"


def test_systemd_takes_the_unit(repository: Path, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    written = (repository / "deploy" / "hazecast.service").read_text(encoding="utf-8")
    here = re.sub(r"^(User|Group)=.*\n", "", written.replace("/opt/hazecast/.venv/bin/hazecast", "/bin/true"), flags=re.MULTILINE)
    (tmp_path / "hazecast.service").write_text(here, encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", tmp_path / "hazecast.service"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_container_serves_the_settings_of_its_volume_and_asks_how_it_fares(repository: Path) -> None:
    lines = (repository / "deploy" / "Containerfile").read_text(encoding="utf-8")
    assert 'CMD ["serve", "--config", "/data/hazecast.toml"]' in lines
    assert "http://127.0.0.1:8321/healthz" in lines
    extras = re.search(r"'\.\[([a-z,]+)\]'", lines)
    assert extras is not None
    declared = (repository / "pyproject.toml").read_text(encoding="utf-8")
    assert all(re.search(rf"^{extra} = \[", declared, re.MULTILINE) for extra in extras[1].split(","))
