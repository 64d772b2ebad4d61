"""Which episodes a scorecard shows, their pictures, and the list of all of them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hazecast.backtest.events.tally import Episode, Outcome
from hazecast.backtest.scorecard.blocks import Cell, Picture, Row, Table
from hazecast.backtest.scorecard.evidence import Evidence
from hazecast.backtest.scorecard.pictures.strips import Strip, draw_strip
from hazecast.backtest.scorecard.wording import NOTHING, counted, level_in_words, signed
from hazecast.backtest.verification import FORECAST
from hazecast.backtest.verification.local_time import local
from hazecast.bulletins.editions import pm25_limits
from hazecast.records import Level
from hazecast.warnings.telling import facts_of

LARGEST, MARGIN_HOURS, LONGEST_HOURS = 3, 30, 14 * 24
MOST_LISTED = 60
HOUR = np.timedelta64(1, "h")
TIMES = ("Observed (local)", "Forecast (local)", "Onset error (h)", "End error (h)")
COLUMNS = ("Station", "Outcome", *TIMES, "Highest level", "First foreseen (h before)")


@dataclass(frozen=True, slots=True)
class Shown:
    """An episode that is shown, and why."""

    episode: Episode
    why: str


def chosen_episodes(evidence: Evidence) -> tuple[Shown, ...]:
    """Of the lowest level a day ahead the largest episodes of different times, the largest that was missed, and the largest false alarm."""
    episodes = list(_first_day(evidence))
    size = {id(e): _size(e, evidence) for e in episodes}
    by_size = sorted(episodes, key=lambda e: -size[id(e)])
    shown: list[Shown] = []
    for episode in by_size:
        if episode.observed and not any(_overlap(episode, s.episode) for s in shown):
            shown.append(Shown(episode, "One of the largest episodes"))
        if len(shown) == LARGEST:
            break
    for outcome, why in ((Outcome.MISSED, "The largest that was missed"), (Outcome.FALSE, "The largest false alarm")):
        worst = next((e for e in by_size if e.outcome is outcome), None)
        if worst is not None and all(s.episode is not worst for s in shown):
            shown.append(Shown(worst, why))
    return tuple(shown)


def episode_pictures(evidence: Evidence) -> tuple[Picture, ...]:
    """One strip for each chosen episode."""
    return tuple(_picture(shown, evidence) for shown in chosen_episodes(evidence))


def episode_table(evidence: Evidence) -> tuple[Table, ...]:
    """The episodes of the lowest level a day ahead, the largest first."""
    episodes = sorted(_first_day(evidence), key=lambda e: -_size(e, evidence))
    if not episodes:
        return ()
    rows = tuple(_row(e, evidence) for e in episodes[:MOST_LISTED])
    level, day = level_in_words(evidence.levels[0]), evidence.events.days[0].strand.name
    left = f" The {MOST_LISTED} largest of {len(episodes):,}; events.csv has all." if len(episodes) > MOST_LISTED else ""
    return (Table(f"Episodes of {level}, {day}, the largest first.{left}", COLUMNS, rows, "List of episodes"),)


def episodes_frame(evidence: Evidence) -> pd.DataFrame:
    """Every episode of every level, day ahead and forecast, times in UTC (start of the first hour, end of the last)."""
    frame = evidence.events.frame
    rows = []
    for row in evidence.events.rows:
        for e in row.tally.episodes:
            spans = [(frame.times[s[0]] - HOUR, frame.times[s[1]]) if s else (pd.NaT, pd.NaT) for s in (e.observed, e.forecast)]
            rows.append(
                (
                    *(row.level.name.lower(), row.day, row.forecast, frame.stations[e.place], e.outcome.value),
                    *(t for span in spans for t in span),
                    *(e.onset_error, e.end_error, _level_name(e.observed_peak), _level_name(e.forecast_peak), e.controlled),
                    *((e.gained.first, e.gained.held) if e.gained else (None, None)),
                )
            )
    columns = ["level", "day", "forecast", "station", "outcome", "observed_start", "observed_end", "forecast_start", "forecast_end"]
    columns += ["onset_error_hours", "end_error_hours", "observed_level", "forecast_level", "control_day", "gained_hours", "held_hours"]
    table = pd.DataFrame(rows, columns=columns)
    whole = ["onset_error_hours", "end_error_hours", "gained_hours", "held_hours"]
    return table.astype(dict.fromkeys(whole, "Int64"))


def _first_day(evidence: Evidence) -> Iterator[Episode]:
    if evidence.events.days:
        yield from evidence.events.row(evidence.levels[0], evidence.events.days[0].strand.name, FORECAST).episodes


def _hours_of(episode: Episode) -> tuple[int, int]:
    spans = [s for s in (episode.observed, episode.forecast) if s]
    return min(s[0] for s in spans), max(s[1] for s in spans)


def _size(episode: Episode, evidence: Evidence) -> float:
    """The sum of PM2.5 over its hours, of what was observed, or of what was forecast in vain."""
    span = episode.observed or episode.forecast
    values = evidence.events.frame.observed if episode.observed else evidence.events.days[0].pm25[0]
    return float(np.nansum(values[span[0] : span[1] + 1, episode.place])) if span else 0.0


def _overlap(one: Episode, other: Episode) -> bool:
    (first, last), (start, end) = _hours_of(one), _hours_of(other)
    return first <= end + MARGIN_HOURS and start <= last + MARGIN_HOURS


def _picture(shown: Shown, evidence: Evidence) -> Picture:
    episode, frame = shown.episode, evidence.events.frame
    start, end = _hours_of(episode)
    first = max(0, start - MARGIN_HOURS)
    hours = slice(first, min(frame.times.size, end + MARGIN_HOURS + 1, first + LONGEST_HOURS))
    place = episode.place
    day = evidence.events.days[0]
    strip = Strip(
        times=local(frame.times[hours], evidence.verification.terms.time_zone),
        observed=frame.observed[hours, place],
        forecast=day.pm25[0][hours, place],
        band=day.band[:, hours, place],
        rows=_rows(evidence, hours, place),
        lines=tuple(sorted(pm25_limits(facts_of(evidence.verification.terms.edition)).items())),
    )
    name = _station(evidence, place)
    return Picture(
        f"{name}: {_when(episode, evidence)}",
        f"{shown.why}, {name}. {_told(episode)}",
        f"{shown.why}. {_told(episode)}",
        draw_strip(strip),
        wide=True,
    )


def _rows(evidence: Evidence, hours: slice, place: int) -> tuple[tuple[str, np.ndarray], ...]:
    frame, issued = evidence.events.frame, evidence.events.issued
    rows = [("observed", frame.level[hours, place])]
    rows += [(day.strand.name, day.levels[0][hours, place]) for day in evidence.events.days[:3]]
    if issued is not None:
        rows += [("warned", issued.warned[hours, at]) for at, a in enumerate(issued.areas) if frame.stations[place] in a.station_ids][:1]
    return tuple(rows)


def _told(episode: Episode) -> str:
    """What came of it, in words."""
    parts = [episode.outcome.value.capitalize()]
    for what, error in (("onset", episode.onset_error), ("end", episode.end_error)):
        if error is not None:
            parts.append(
                f"{what} {'at the hour' if error == 0 else counted(abs(error), 'hour') + (' too late' if error > 0 else ' too early')}"
            )
    if episode.gained and episode.gained.first is not None:
        parts.append(f"first foreseen {episode.gained.first} h before")
    levels = [
        f"{what} {_level_name(p)}"
        for what, p in (("observed", episode.observed_peak), ("forecast", episode.forecast_peak))
        if p is not None
    ]
    return f"{', '.join(parts)}; highest level {', '.join(levels)}{'; on control days' if episode.controlled else ''}."


def _when(episode: Episode, evidence: Evidence) -> str:
    first, last = _hours_of(episode)
    times = local(evidence.events.frame.times[[first, last]], evidence.verification.terms.time_zone)
    start, end = (pd.Timestamp(t) for t in times)
    return f"{start:%-d %B} to {end:%-d %B %Y}" if start.date() != end.date() else f"{start:%-d %B %Y}"


def _row(episode: Episode, evidence: Evidence) -> Row:
    frame, zone = evidence.events.frame, evidence.verification.terms.time_zone
    spans = []
    for span in (episode.observed, episode.forecast):
        if span is None:
            spans.append(Cell(NOTHING))
        else:
            start, end = (pd.Timestamp(t) for t in local(np.array([frame.times[span[0]] - HOUR, frame.times[span[1]]]), zone))
            spans.append(Cell(f"{start:%d %b %H} h – {end:%d %b %H} h", f"{span[1] - span[0] + 1} h"))
    tone = {Outcome.HIT: "good", Outcome.MISSED: "bad", Outcome.FALSE: "bad"}.get(episode.outcome, "")
    peaks = [_level_name(p) or NOTHING for p in (episode.observed_peak, episode.forecast_peak)]
    gained = episode.gained.first if episode.gained else None
    cells = (
        Cell(episode.outcome.value, "on control days" if episode.controlled else "", tone),
        *spans,
        *(Cell(NOTHING if error is None else signed(error, 0)) for error in (episode.onset_error, episode.end_error)),
        Cell(peaks[0], f"forecast {peaks[1]}"),
        Cell(NOTHING if gained is None else f"{gained}"),
    )
    return Row(_station(evidence, episode.place), cells, frame.stations[episode.place])


def _station(evidence: Evidence, place: int) -> str:
    return str(evidence.verification.stations["name"].iloc[place])


def _level_name(peak: int | None) -> str | None:
    return None if peak is None else Level(peak).name.lower()
