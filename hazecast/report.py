"""What came of a cycle, as lines for a person and as plain values for a program."""

import math
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import xarray as xr

from hazecast.archive.attribution_file import load_attribution
from hazecast.archive.cycle_files import STRENGTHS_FILE
from hazecast.archive.decisions import ORIGIN_FILE, Decisions, load_decisions, load_origin
from hazecast.archive.ledger import Standing
from hazecast.archive.netcdf import read_dataset
from hazecast.backtest.scores import LeadScore
from hazecast.bulletins.phrases import EMISSION_PROXIES
from hazecast.bulletins.source_sentences import source_name
from hazecast.bulletins.sources import Share, peak_sources
from hazecast.bulletins.wording import wording
from hazecast.config import Settings
from hazecast.cycle import Outcome
from hazecast.forecast.strengths import season_of
from hazecast.forecast.transport.state import SIDES
from hazecast.records import Action, Attribution, EmissionProxy, Level, LevelChance, NoteCode, WindowAssessment
from hazecast.survey.settings_file import printable

_DONE = {
    Action.ISSUE: "issued",
    Action.CONTINUE: "continued",
    Action.UPGRADE: "upgraded",
    Action.DOWNGRADE: "downgraded",
    Action.LIFT: "lifted",
}
LARGEST_SOURCES = 3
Scores = tuple[LeadScore, ...]


def cycle_lines(outcome: Outcome, scores: Scores, undelivered: tuple[str, ...], settings: Settings) -> list[str]:
    """What `hazecast run` did."""
    if outcome.standing is Standing.BUSY:
        return [f"Cycle {outcome.cycle.key} is being run by somebody else; nothing was done."]
    decisions = load_decisions(outcome.folder)
    return [
        *_heading(outcome, settings),
        "",
        *_table(decisions, outcome, settings),
        "",
        *_messages(decisions, settings),
        "",
        *_source_lines(decisions, outcome, settings),
        *_score_lines(scores),
        f"Products   {outcome.folder}",
        *[f"Delivered  {r.place}" for r in outcome.receipts],
        *[printable(f"Not delivered to {reason}") for reason in undelivered],
    ]


def cycle_facts(outcome: Outcome, scores: Scores, undelivered: tuple[str, ...]) -> dict[str, Any]:
    """The same for a program."""
    if outcome.standing is Standing.BUSY:
        return {"cycle": outcome.cycle.key, "standing": outcome.standing.value}
    decisions = load_decisions(outcome.folder)
    return {
        "cycle": outcome.cycle.key,
        "as_of": outcome.cycle.as_of.isoformat(),
        "standing": outcome.standing.value,
        "perfect_prognosis": _is_perfect_prognosis(outcome),
        "emission_proxy": _emission_proxy(outcome),
        "folder": str(outcome.folder),
        "delivered": [r.place for r in outcome.receipts],
        "undelivered": undelivered,
        "levels": [{"area": w.area_id, "valid_from": w.valid_from.isoformat(), "level": w.level.name.lower()} for w in decisions.windows],
        "peaks": [{"area": w.area_id, "pm25": w.peak_pm25, "values": w.values} for w in decisions.windows],
        "messages": [{"area": m.area_id, "action": m.action.value, "level": m.level.name.lower(), "id": m.id} for m in decisions.messages],
        "scores": [{k: (None if isinstance(v, float) and math.isnan(v) else v) for k, v in asdict(s).items()} for s in scores],
    }


def demo_lines(outcome: Outcome, scores: Scores, settings: Settings) -> list[str]:
    """What `hazecast demo` ends with."""
    decisions = load_decisions(outcome.folder)
    place = Path(outcome.receipts[0].place) if outcome.receipts else outcome.folder / "bulletin"
    told = (f.name for f in place.iterdir() if f.suffix in (".html", ".txt", ".png") and not f.name.startswith("meteogram"))
    files = ", ".join(sorted(told))
    return [
        *_heading(outcome, settings),
        "",
        *_table(decisions, outcome, settings),
        "",
        *_messages(decisions, settings),
        "",
        f"In {place}: {files}. {_compared(scores)}",
    ]


def _heading(outcome: Outcome, settings: Settings) -> list[str]:
    cycle, zone = outcome.cycle, ZoneInfo(settings.site.time_zone)
    state = ""
    if outcome.standing is Standing.DONE:
        other = "" if load_origin(outcome.folder / ORIGIN_FILE).settings_sha256 == settings.sha256() else " with other settings"
        state = f" (done before{other}{'' if outcome.receipts else '; nothing was sent again'})"
    remark = "; made with the weather that came (perfect prognosis), not with a forecast of it" if _is_perfect_prognosis(outcome) else ""
    return [
        printable(f"{_title(settings)}: cycle {cycle.key}{state}"),
        f"From {_moment(cycle.init_time, zone)} for {len(cycle.lead_hours)} h; known by {_moment(cycle.as_of, zone)}{remark}.",
        *_proxy_line(outcome),
    ]


def _title(settings: Settings) -> str:
    return settings.site.titles.get("en") or next(iter(settings.site.titles.values()))


def _is_perfect_prognosis(outcome: Outcome) -> bool:
    return any(note.code is NoteCode.PERFECT_PROGNOSIS for note in load_origin(outcome.folder / ORIGIN_FILE).notes)


def _proxy_line(outcome: Outcome) -> list[str]:
    proxy = _emission_proxy(outcome)
    return [] if proxy is None else [f"Emissions are a proxy, not an inventory: {EMISSION_PROXIES[proxy]}."]


def _emission_proxy(outcome: Outcome) -> str | None:
    """What stands in for an emission inventory; None where there is one."""
    notes = load_origin(outcome.folder / ORIGIN_FILE).notes
    return next((EmissionProxy(note.detail).value for note in notes if note.code is NoteCode.EMISSIONS_ARE_PROXY), None)


def _names(decisions: Decisions, settings: Settings) -> dict[str, str]:
    """The areas that the cycle told of, in the order of the settings; one that these have no more, by its id."""
    listed = {a.id: printable(a.names.get("en") or next(iter(a.names.values()))) for a in settings.areas}
    told = dict.fromkeys((*(w.area_id for w in decisions.windows), *(m.area_id for m in decisions.messages)))
    return {id: name for id, name in listed.items() if id in told} | {id: printable(id) for id in told if id not in listed}


def _table(decisions: Decisions, outcome: Outcome, settings: Settings) -> list[str]:
    zone = ZoneInfo(settings.site.time_zone)
    names = _names(decisions, settings)
    width = max((len(n) for n in names.values()), default=4) + 2
    lines = [f"{'Area':{width}}{'24 h':9}{'Highest':9}{'Chance':>7}  {'Peak PM2.5 (90 % band)':24}{'at':14}{'Lead':>6}  of values"]
    for area_id, name in names.items():
        windows = [w for w in decisions.windows if w.area_id == area_id]
        if windows:
            worst = max(windows, key=_graveness)
            peak = max(windows, key=lambda w: w.peak_pm25 or -1.0)
            lines.append(f"{name:{width}}{_level(windows[0])}{_level(worst)}{_chance(worst):>7}  {_peak(peak, outcome, zone)}")
    return lines


def _graveness(window: WindowAssessment) -> tuple[bool, bool, int, float]:
    """A level above all, then what is not known, then what is known to be none."""
    return window.level > Level.NONE, window.level is Level.UNKNOWN, window.level, window.peak_pm25 or -1.0


def _level(window: WindowAssessment) -> str:
    return f"{window.level.name.lower():9}"


def _chance(window: WindowAssessment) -> str:
    """The chance of the window's level or, with none, of the lowest level there is."""
    ordered = sorted((c for c in window.chances if c.level > Level.NONE), key=lambda c: c.level)
    told = next((c for c in ordered if c.level is window.level), ordered[0] if ordered else LevelChance(Level.UNKNOWN, None))
    return "–" if told.probability is None else _percent(told.probability)


def _percent(probability: float) -> str:
    """As the bulletins write it: never 0 or 100."""
    return wording("en").chance(probability)


def _peak(window: WindowAssessment, outcome: Outcome, zone: ZoneInfo) -> str:
    if window.peak_pm25 is None or window.peak_time is None:
        return "unknown"
    edges = (window.peak_pm25_low, window.peak_pm25_high)
    band = f"{window.peak_pm25:.0f} ({'–'.join('?' if e is None else f'{e:.0f}' for e in edges)}) µg/m³"
    lead = round((window.peak_time - outcome.cycle.init_time).total_seconds() / 3600)
    values = "" if window.values is None else f"{window.values:>11,}"
    return f"{band:24}{window.peak_time.astimezone(zone):%d %b %H:%M}  {lead:>4} h{values}"


def _source_lines(decisions: Decisions, outcome: Outcome, settings: Settings) -> list[str]:
    """A line for each area with what its air comes from, and a blank one after them."""
    attribution, zone = load_attribution(outcome.folder), ZoneInfo(settings.site.time_zone)
    if attribution is None:
        return []
    of_areas = {id: (name, [w for w in decisions.windows if w.area_id == id]) for id, name in _names(decisions, settings).items()}
    lines = [line for name, windows in of_areas.values() if (line := sources_line(name, windows, attribution, zone))]
    strengths = strengths_line(read_dataset(outcome.folder / STRENGTHS_FILE), outcome.cycle.init_time)
    return ["Where it comes from", *(f"  {line}" for line in lines), f"  {strengths}", ""] if lines else []


def strengths_line(strengths: xr.Dataset, moment: datetime) -> str:
    """What each region was learnt to emit in the season of a moment, times what was assumed, and what flows in over the edges."""
    season = int(season_of(np.array([moment.replace(tzinfo=None)], dtype="datetime64[ns]"))[0])
    now = strengths.isel(season=season)
    told = [
        f"{source.removeprefix('edges-')} {value:.3g} ± {error:.2g}"
        for source, value, error in zip(now["source"].values, now["strength"].values, now["strength_error"].values, strict=True)
    ]
    regions, edges = (", ".join(part) for part in (told[: -len(SIDES)], told[-len(SIDES) :]))
    days = f"{int(now['days'])} days of this season, {int(strengths['days'].sum())} in all"
    return printable(f"Learnt from {days}: emission times {regions}; over the edges {edges} µg/m³")


def sources_line(name: str, windows: Sequence[WindowAssessment], attribution: Attribution, zone: ZoneInfo) -> str | None:
    """Where PM2.5 of one area comes from at its peak: its largest three sources; None where no peak is known.

    `name` is that of the area as it is to be printed, and `windows` are the area's own.
    """
    peak = peak_sources(windows[0].area_id, windows, attribution) if windows else None
    if peak is None or peak.window.peak_time is None:
        return None
    largest = sorted((share for share in peak.shares if share.source is not None), key=lambda share: -share.percent)[:LARGEST_SOURCES]
    told = ", ".join(_source(share) for share in largest) or "sources not known"
    return printable(f"{name}, {peak.window.peak_pm25:.0f} µg/m³ at {peak.window.peak_time.astimezone(zone):%d %b %H:%M}: {told}")


def _source(share: Share) -> str:
    assert share.source is not None
    spread = "" if share.low is None or share.high is None else f" ({share.low}–{share.high})"
    return f"{share.percent or '<1'}{spread} % {source_name(share.source, wording('en'))}{' (own)' if share.own else ''}"


def _messages(decisions: Decisions, settings: Settings) -> list[str]:
    zone = ZoneInfo(settings.site.time_zone)
    names = _names(decisions, settings)
    what = "Proposed to the desk," if settings.desk.review else "Warning"
    lines = [
        f"{what} {_DONE[m.action]}: {m.level.name.lower():7}{names[m.area_id]}, {_moment(m.valid_from, zone)} to "
        f"{_moment(m.valid_until, zone)}{'' if m.probability is None else f', chance {_percent(m.probability)}'}"
        for m in decisions.messages
    ]
    return lines or ["No warning is issued, changed or lifted in this cycle."]


def _score_lines(scores: Scores) -> list[str]:
    if not scores:
        return ["No observations of the forecast hours yet: no scores."]
    lines = ["Against observations (µg/m³)", "  lead h    pairs  lacking  observed   bias   RMSE  persistence  uncorrected  in 90 % band"]
    return [
        *lines,
        *(
            f"  {s.first_lead:>2}–{s.last_lead:<4} {s.pairs:>7}  {s.missing:>7}  {s.observed_mean:>8.0f}  {s.bias:>+5.0f}  {s.rmse:>5.0f}"
            f"  {s.persistence_rmse:>11.0f}  {s.uncorrected_rmse:>11.0f}  {s.coverage:>12.0%}"
            for s in scores
        ),
    ]


def _compared(scores: Scores) -> str:
    if not scores:
        return "Nothing has been observed of the forecast hours."
    pairs = sum(s.pairs for s in scores)
    rmse, persisted = (math.sqrt(sum(s.pairs * getattr(s, key) ** 2 for s in scores) / pairs) for key in ("rmse", "persistence_rmse"))
    inside = sum(s.pairs * s.coverage for s in scores) / pairs
    return (
        f"Against the {pairs:,} values that then came: RMSE {rmse:.0f} µg/m³ (persistence {persisted:.0f}), {inside:.0%} in the 90 % band."
    )


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    offset = local.strftime("%z")
    return f"{local:%Y-%m-%d %H:%M} UTC{offset[:3]}:{offset[3:]}"
