"""A drill's findings, for people and for programs."""

from collections import Counter
from typing import Any

from hazecast.drills.faults import ANSWERS, FaultKind
from hazecast.drills.invariants import INVARIANTS
from hazecast.drills.running import SPARE, DrillResult, MonthResult

SIMULATED = "The forecast is a stand-in (persistence) and the bulletin one page of text; all else is what runs every day."


def lines_of(result: DrillResult) -> list[str]:
    """The faults by kind and what is done about each, what became of cycles and bulletins, and the invariants."""
    struck, cycles, deliveries = result.struck, _sum(result, "cycles"), _sum(result, "deliveries")
    wide = max(len(kind) for kind in FaultKind)
    found = Counter(name for month in result.months for name in {name for name, _ in month.breaches})
    return [
        f"{sum(struck.values())} faults in {len(result.months)} simulated months.",
        SIMULATED,
        "",
        *(f"{struck[kind]:5}  {kind:{wide}}  {ANSWERS[kind]}" for kind in FaultKind),
        "",
        f"Cycles: {_counted(cycles)}; {sum(month.runs for month in result.months)} runs of them.",
        f"Deliveries: {_counted(deliveries)}; {sum(month.copies for month in result.months)} copies arrived.",
        f"Memory at the end: {result.months[-1].memory_mb:.0f} MB.",
        "",
        *(f"{'BROKEN' if found[one.name] else 'holds ':6}  {one.name}" for one in INVARIANTS),
        *(line for month in result.broken for line in _broken(month)),
    ]


def facts_of(result: DrillResult) -> dict[str, Any]:
    """The same for a program."""
    return {
        "simulated": SIMULATED,
        "faults": {kind.name.lower(): result.struck[kind] for kind in FaultKind},
        "cycles": _sum(result, "cycles"),
        "deliveries": _sum(result, "deliveries"),
        "months": [
            {
                "seed": month.seed,
                "faults": month.faults,
                "struck": len(month.struck),
                "first": month.month.first.isoformat(),
                "days": month.month.days,
                "time_zone": month.month.time_zone,
                "runs": month.runs,
                "copies": month.copies,
                "memory_mb": round(month.memory_mb, 1),
            }
            for month in result.months
        ],
        "invariants": [one.name for one in INVARIANTS],
        "breaches": [{"seed": m.seed, "invariant": name, "told": told} for m in result.broken for name, told in m.breaches],
    }


def _sum(result: DrillResult, what: str) -> dict[str, int]:
    total: Counter[str] = Counter()
    for month in result.months:
        total.update({str(state): number for state, number in getattr(month, what).items()})
    return dict(sorted(total.items()))


def _counted(numbers: dict[str, int]) -> str:
    return ", ".join(f"{number} {state}" for state, number in numbers.items())


def _broken(month: MonthResult) -> list[str]:
    again = f"hazecast drill --faults {max(1, month.faults - SPARE)} --seed {month.seed}"
    return ["", f"Seed {month.seed}; to repeat: {again}", *(f"  {name}: {told}" for name, told in month.breaches)]
