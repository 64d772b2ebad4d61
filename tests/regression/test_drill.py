"""`hazecast drill` as it is started: two hundred faults, real kills among them, and all that must hold holds."""

import json
import subprocess
import sys

from hazecast.drills.faults import FaultKind
from hazecast.drills.invariants import INVARIANTS


def test_a_month_with_two_hundred_faults_breaks_nothing() -> None:
    command = [sys.executable, "-m", "hazecast", "drill", "--faults", "200", "--seed", "1", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    told = json.loads(done.stdout)
    assert (done.returncode, told["breaches"]) == (0, []), done.stderr
    assert sum(told["faults"].values()) >= 200
    assert {kind for kind, number in told["faults"].items() if number} == {kind.name.lower() for kind in FaultKind}
    assert told["cycles"]["done"] >= 25
    assert told["deliveries"]["delivered"] >= 25
    assert told["invariants"] == [one.name for one in INVARIANTS]
