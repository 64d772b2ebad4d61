"""The table of sources in the docs names every reader there is, in the order in which they are asked."""

from pathlib import Path

import pytest

from hazecast.intake.emissions.formats import INVENTORY_FORMATS
from hazecast.intake.fields.formats import FIELD_FORMATS
from hazecast.intake.monitoring.formats import MONITORING_FORMATS


@pytest.mark.parametrize("formats", [FIELD_FORMATS, MONITORING_FORMATS, INVENTORY_FORMATS], ids=["fields", "monitoring", "emissions"])
def test_every_reader_is_in_the_table_in_its_order(formats: tuple[object, ...], repository: Path) -> None:
    files = [f"`{format.recognises.__module__.rpartition('.')[2]}.py`" for format in formats]  # type: ignore[attr-defined]
    rows = [line for line in (repository / "docs" / "sources.md").read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    placed = [next((n for n, row in enumerate(rows) if row.rsplit("|", 2)[1].strip().startswith(file)), None) for file in files]
    assert None not in placed, files
    assert placed == sorted(placed)  # type: ignore[type-var]
