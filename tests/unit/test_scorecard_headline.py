"""The sentence at the head of the page, for what a backtest may bring."""

from types import SimpleNamespace
from typing import Any, cast

import pandas as pd
import pytest

from hazecast.backtest.scorecard.headline import headline
from hazecast.backtest.scorecard.tables import ScoreTable
from hazecast.backtest.verification import Verification

RMSE = {"hazecast": 40.0, "persistence": 80.0, "uncorrected": 50.0}
Skill = tuple[float, float, float]
CLEAR, EVEN, WORSE = (0.5, 0.4, 0.6), (0.1, -0.1, 0.2), (-0.3, -0.4, -0.2)


def table(**over_uncorrected: Skill) -> ScoreTable:
    """Scores by leads such as l1_6; persistence is always beaten, the uncorrected forecast by these skills with their bounds."""
    rows: list[tuple[Any, ...]] = []
    for lead, skill in over_uncorrected.items():
        name = lead.removeprefix("l").replace("_", "-")
        rows += [(f, "lead", name, "rmse", "", "all", value, value, value, 100, 3) for f, value in RMSE.items()]
        rows.append(("hazecast", "lead", name, "skill_over_persistence", "", "all", 0.75, 0.7, 0.8, 100, 3))
        rows.append(("hazecast", "lead", name, "skill_over_uncorrected", "", "all", *skill, 100, 3))
    columns = ["forecast", "kind", "slice", "score", "event", "days", "value", "low", "high", "n", "missing"]
    forecasts = tuple(RMSE)
    found = SimpleNamespace(
        table=pd.DataFrame(rows, columns=columns), counts=SimpleNamespace(forecasts=forecasts), comparison=SimpleNamespace(common=forecasts)
    )
    return ScoreTable(cast(Verification, found))


@pytest.mark.parametrize(
    ("leads", "sentence"),
    [
        (
            {"l1_6": CLEAR, "l7_12": CLEAR},
            "The forecast beats persistence and the uncorrected forecast at every lead time, with an RMSE 20 % below the best of them.",
        ),
        (
            {"l1_6": EVEN, "l7_12": CLEAR, "l13_24": CLEAR, "l25_48": WORSE},
            "The forecast beats persistence and the uncorrected forecast at 7–24 h, with an RMSE 20 % below the best of them; "
            "at 1–6 h it cannot be told from the uncorrected forecast; at 25–48 h the uncorrected forecast does better.",
        ),
        ({"l1_6": EVEN}, "At 1–6 h the forecast cannot be told from the uncorrected forecast."),
        ({"l1_6": WORSE}, "At 1–6 h the uncorrected forecast does better."),
        ({"l1_6": (float("nan"),) * 3}, "At 1–6 h the forecast cannot be told from the uncorrected forecast."),
        ({}, "There is nothing to hold the forecast against."),
    ],
)
def test_the_headline(leads: dict[str, Skill], sentence: str) -> None:
    assert headline(table(**leads)) == sentence


def test_scores_are_found_by_what_they_say() -> None:
    scores = table(l1_6=CLEAR, l7_12=EVEN)
    assert scores.names("lead") == ("1-6", "7-12")
    assert scores.names("season") == ()
    assert scores.score("rmse", forecast="persistence", kind="lead", name="7-12").value == 80.0
    assert scores.score("rmse", kind="lead", name="99-100").n == 0
    assert scores.missing("lead", "1-6") == 3
    assert scores.missing("lead", "99-100") == 0
    value, low, high = scores.series("skill_over_uncorrected", "lead", ("1-6", "7-12"))
    assert (value.tolist(), low.tolist(), high.tolist()) == ([0.5, 0.1], [0.4, -0.1], [0.6, 0.2])
