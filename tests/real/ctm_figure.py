"""`python -m tests.real.ctm_figure`: prints how much better the correction makes CMAQ over Atlanta, as docs/skill.md has it."""

import os
from pathlib import Path

from tests.real.ctm import WAYS, corrected_in_turn, read_daily

REPOSITORY = Path(__file__).resolve().parents[2]


def main() -> None:
    shared = Path(os.environ.get("HAZECAST_SHARED", REPOSITORY.parent / "shared" / "data"))
    found = corrected_in_turn(read_daily(shared / "ctm_atlanta"))
    print("| later dates | values | CMAQ | corrected | lower by |\n|---|---|---|---|---|")
    for way, name in WAYS.items():
        before, after = found.rmse("model", way), found.rmse(way, way)
        print(f"| {name} | {found.told(way).sum():,} | {before:.2f} | {after:.2f} | {found.lower_by(way):.0%} |")


if __name__ == "__main__":
    main()
