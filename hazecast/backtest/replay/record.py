"""`backtest.json`: what a backtest is, written before it begins and held against every later start, and at the end what came of it."""

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from hazecast.archive.decisions import ORIGIN_FILE, load_origin
from hazecast.backtest.replay.folder import CYCLES, RECORD_FILE, SETTINGS_FILE, write_whole
from hazecast.backtest.replay.plan import Plan
from hazecast.backtest.replay.task import CycleDone
from hazecast.config import Settings
from hazecast.errors import ArchiveError, SettingsError
from hazecast.forecast.model_card import ModelCard
from hazecast.forecast.model_store import stored_models
from hazecast.records import InputRole, NoteCode, PlaceName, name_in

HOUR = timedelta(hours=1)
Facts = dict[str, Any]


def begin(out: Path, plan: Plan, settings: Settings) -> None:
    """Enter the backtest into its folder, or see that the one that stands there is the same; raises SettingsError where it is another."""
    if (out / RECORD_FILE).exists():
        _require_same(out, plan)
    else:
        _write(out, _identity(plan))
    write_whole(out / SETTINGS_FILE, settings.model_dump_json(indent=1) + "\n")


def finish(out: Path, plan: Plan, settings: Settings, done: Sequence[str], lacking: Sequence[CycleDone]) -> None:
    """Enter what came of it; `done` are the keys of the cycles that there are."""
    used = {key: _model_used(out / CYCLES / key) for key in done}
    _write(
        out,
        {
            **_identity(plan),
            "title": name_in("en", tuple(PlaceName(language, text) for language, text in settings.site.titles.items())),
            "time_zone": settings.site.time_zone,
            "edition": settings.warnings.edition,
            "exercise": settings.site.exercise,
            "perfect_prognosis": any(_is_perfect_prognosis(out / CYCLES / key) for key in done[:1]),
            "cycles_planned": len(plan.cycles),
            "cycles_done": len(done),
            "failed": [{"cycle": c.cycle_key, "reason": c.lacking} for c in lacking],
            "models": [_told(model.card) for model in stored_models(out)],
            "cycles": [{"cycle": key, "model": model} for key, model in used.items()],
        },
    )


def read_record(out: Path) -> Facts:
    """What the file says; raises ArchiveError where it cannot be read."""
    file = out / RECORD_FILE
    try:
        stored = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(stored, dict):
            raise ValueError("it holds no object")
    except (OSError, ValueError) as broken:
        raise ArchiveError(f"{file} cannot be read: {broken}.", "Choose another folder with --out.") from broken
    return stored


def _identity(plan: Plan) -> Facts:
    """By which it is told from another."""
    recorded = {"as_recorded": True, "delay_minutes": plan.delay // timedelta(minutes=1)} if plan.as_recorded else {}
    return {
        "start": plan.start.isoformat(),
        "end": plan.end.isoformat(),
        "every_hours": plan.every // HOUR,
        "horizon_hours": plan.horizon // HOUR,
        "retrain_hours": None if plan.retrain is None else plan.retrain // HOUR,
        "weather_errors": plan.weather_errors,
        "settings_sha256": plan.settings_sha256,
        "software_version": plan.software_version,
        **recorded,
    }


def _require_same(out: Path, plan: Plan) -> None:
    stored, now = read_record(out), _identity(plan)
    keys = dict.fromkeys((*now, "as_recorded", "delay_minutes"))
    if other := [f"{key} {stored.get(key)} (now {now.get(key)})" for key in keys if stored.get(key) != now.get(key)]:
        raise SettingsError(
            f"{out} holds another backtest: {', '.join(other)}.",
            "Choose another folder with --out, or start it with the options, settings and hazecast of then; nothing was changed.",
        )


def _model_used(folder: Path) -> str | None:
    """Its id, which is the name of its folder."""
    stored = json.loads((folder / ORIGIN_FILE).read_text(encoding="utf-8"))
    return next((Path(used["path"]).parent.name for used in stored["inputs"] if used["role"] == InputRole.MODEL), None)


def _told(card: ModelCard) -> Facts:
    return {"id": card.id, "trained": card.as_of.isoformat(), "learnt_until": card.learnt_until.isoformat(), "champion": card.champion}


def _is_perfect_prognosis(folder: Path) -> bool:
    return any(note.code is NoteCode.PERFECT_PROGNOSIS for note in load_origin(folder / ORIGIN_FILE).notes)


def _write(out: Path, facts: Facts) -> None:
    write_whole(out / RECORD_FILE, json.dumps(facts, ensure_ascii=False, indent=1) + "\n")
