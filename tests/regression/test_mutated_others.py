"""Whatever is wrong with a store, with observations, emissions or hazecast's own files, it is read right, flagged, or refused by name."""

from pathlib import Path

import pytest

from tests.mutated_judging import OTHERS, QUICK, check


@pytest.mark.parametrize("name", OTHERS)
def test_a_few_mutations(name: str, tmp_path: Path) -> None:
    assert len(check(name, tmp_path, every=QUICK)) >= 4


@pytest.mark.slow
@pytest.mark.parametrize("name", OTHERS)
def test_two_hundred_mutations_and_more(name: str, tmp_path: Path) -> None:
    outcomes = check(name, tmp_path)
    assert len(outcomes) >= 200
    assert sum(outcome.startswith("refused: ") for outcome in outcomes.values()) > 30
