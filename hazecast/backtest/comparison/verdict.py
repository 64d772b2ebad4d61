"""In one sentence, which of two backtests is better, and where."""

from collections.abc import Sequence

from hazecast.backtest.comparison.compared import Compared, HeadToHead


def verdict(comparison: HeadToHead) -> str:
    """The sentence. It rests on RMSE (or the skill in it) by group of lead times, and says where chance could have made the difference."""
    first, second = comparison.names
    rows = comparison.of("lead", comparison.main_score)
    if not rows:
        return f"{first} and {second} cannot be compared: nothing was observed that both forecast."
    for_first, for_second = ([row for row in rows if row.told and (row.better > 0) == side] for side in (True, False))
    open_rows = [row for row in rows if not row.told]
    parts = [
        _better(winner, loser, told, comparison)
        for winner, loser, told in ((first, second, for_first), (second, first, for_second))
        if told
    ]
    if not parts:
        whole = comparison.of("all", comparison.main_score)
        scores = (
            f" ({comparison.main_score} {_score(whole[0].first, comparison)} and {_score(whole[0].second, comparison)} over all)"
            if whole
            else ""
        )
        return f"No difference between {first} and {second} can be told from chance at any lead time{scores}."
    if open_rows:
        parts.append(f"at {_hours(open_rows)} no difference can be told from chance")
    return f"{'; '.join(parts)}."


def _better(winner: str, loser: str, rows: Sequence[Compared], comparison: HeadToHead) -> str:
    everywhere = len(rows) == len(comparison.of("lead", comparison.main_score))
    where = "at every lead time" if everywhere else f"at {_hours(rows)}"
    gains = sorted(_gain(row, comparison) for row in rows)
    least, most = (f"{100 * gain:.1f}" for gain in (gains[0], gains[-1]))
    size = least if least == most else f"{least} to {most}"
    how = f"RMSE {size} % lower" if comparison.paired else f"its skill over persistence is {size} percentage points higher"
    return f"{winner} is better than {loser} {where} ({how}, p {_p(max(row.p_value for row in rows))})"


def _gain(row: Compared, comparison: HeadToHead) -> float:
    """What the better one gains: a share of the other's RMSE, or a difference of skills."""
    return 1.0 - min(row.first, row.second) / max(row.first, row.second) if comparison.paired else abs(row.better)


def _hours(rows: Sequence[Compared]) -> str:
    """Groups of leads, those that adjoin as one: 1-6 and 7-12 are 1-12 h."""
    ends: list[list[int]] = []
    for row in rows:
        start, end = (int(n) for n in row.slice.label.split("-"))
        if ends and ends[-1][1] + 1 == start:
            ends[-1][1] = end
        else:
            ends.append([start, end])
    listed = [f"{start}–{end}" for start, end in ends]
    return f"{', '.join(listed[:-1])} and {listed[-1]} h" if len(listed) > 1 else f"{listed[0]} h"


def _score(value: float, comparison: HeadToHead) -> str:
    return f"{value:.1f}" if comparison.paired else f"{100 * value:.1f} %"


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"= {value:.3f}" if value < 0.01 else f"= {value:.2f}"
