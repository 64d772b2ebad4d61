"""Whatever is wrong with a file, it is read right, or it is refused by name: no crash, no hang, nothing else's exception."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.mutated_formats import FORMATS
from tests.mutations import Mutation, mutations

pytestmark = pytest.mark.slow
REPOSITORY = Path(__file__).resolve().parents[2]


def outcomes(name: str, good: Path, files: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    """What came of each; a process that dies is started again after the file that it died of."""
    left = list(files)
    while left:
        command = [sys.executable, "-m", "tests.mutated_reading", name, str(good), *map(str, left)]
        done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
        told = [json.loads(line) for line in done.stdout.splitlines()]
        ended = [t for t in told if "outcome" in t]
        yield from ((Path(t["file"]), t["outcome"]) for t in ended)
        left = left[len(ended) :]
        if left:
            assert len(told) > len(ended), done.stderr
            yield left.pop(0), f"crashed ({done.returncode}): {done.stderr[-500:]}"


@pytest.mark.parametrize("name", FORMATS)
def test_a_mutated_file_is_read_right_or_refused_by_name(name: str, tmp_path: Path) -> None:
    good = tmp_path / "good" / FORMATS[name].file_name
    good.parent.mkdir()
    FORMATS[name].write(good)
    mutated: dict[Path, Mutation] = {}
    for number, mutation in enumerate(mutations(good.read_bytes())):
        file = tmp_path / f"{number:03}" / good.name
        file.parent.mkdir()
        file.write_bytes(mutation.content)
        mutated[file] = mutation
    assert len(mutated) >= 200
    told = dict(outcomes(name, good, list(mutated)))
    assert len(told) == len(mutated)
    wrong = {
        mutated[file].name: outcome
        for file, outcome in told.items()
        if not outcome.startswith("refused: ")
        and outcome != "same"
        and not (mutated[file].may_differ and outcome.startswith("different: "))
    }
    assert wrong == {}
    assert sum(outcome.startswith("refused: ") for outcome in told.values()) > 50
