"""What may come of a mutated file, and what may not."""

from collections.abc import Mapping
from pathlib import Path

from tests.mutated_formats import FORMATS
from tests.mutated_reading import outcomes
from tests.mutated_samples import read_fields_of, read_weather_of

QUICK = 40  # every so many of its mutations, where all would take too long
FIELDS = tuple(name for name, form in FORMATS.items() if form.fetched and form.read in (read_weather_of, read_fields_of))
OTHERS = tuple(name for name in FORMATS if name not in FIELDS)


def check(name: str, folder: Path, every: int = 1) -> Mapping[str, str]:
    """Read every so many of the mutations of a format, and fail for one that is not read right, flagged or refused by name.

    Returns the outcomes by the mutations' names.
    """
    form = FORMATS[name]
    good = folder / "good" / form.file_name
    good.parent.mkdir(parents=True)
    form.write(good)
    mutations = list(form.all_mutations(good))
    numbers = range(0, len(mutations), every)
    told = {number: (outcome, checked) for number, outcome, checked in outcomes(name, folder, numbers)}
    assert sorted(told) == list(numbers)
    wrong = {mutations[n].name: outcome for n, (outcome, _) in told.items() if not _is_right(outcome, mutations[n].may_differ)}
    assert wrong == {}
    unseen = {mutations[n].name: checked for n, (_, checked) in told.items() if checked not in ("", "same") and not checked.startswith("refused: ")}  # fmt: skip  # noqa: E501
    assert unseen == {}
    return {mutations[n].name: outcome for n, (outcome, _) in told.items() if not outcome.startswith("not made")}


def _is_right(outcome: str, may_differ: bool) -> bool:
    return (
        outcome in ("same", "flagged")
        or outcome.startswith(("refused: ", "not made: "))
        or (may_differ and outcome.startswith("different"))
    )
