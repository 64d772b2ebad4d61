"""`python -m tests.real.ctm_figure`: prints how much better the correction makes CMAQ over Atlanta, as docs/skill.md has it."""

import os
from pathlib import Path

from tests.real.ctm import WAYS, joined, read_daily, turns

REPOSITORY = Path(__file__).resolve().parents[2]


def main() -> None:
    shared = Path(os.environ.get("HAZECAST_SHARED", REPOSITORY.parent / "shared" / "data"))
    parts = turns(read_daily(shared / "ctm_atlanta"))
    whole = joined(parts)
    print("| later dates | values | CMAQ | corrected | lower by | in each turn |\n|---|---|---|---|---|---|")
    for way, name in WAYS.items():
        errors = f"{whole.rmse('model', way):.2f} | {whole.rmse(way, way):.2f}"
        each = ", ".join(f"{part.lower_by(way):.0%}" for part in parts)
        print(f"| {name} | {whole.told(way).sum():,} | {errors} | {whole.lower_by(way):.0%} | {each} |")


if __name__ == "__main__":
    main()
