"""`hazecast trace`: what a bulletin was made from, link by link, and whether that makes it again."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from hazecast.cli.app import ConfigOption, JsonOption, app
from hazecast.cli.output import print_result
from hazecast.cli.progress import progress_bars

if TYPE_CHECKING:
    from datetime import datetime

    from hazecast.tracing.chain import AreaLink, Chain, InputLink
    from hazecast.tracing.reproduce import Reproduced

NOT_WHOLE_STATUS = 1


@app.command()
def trace(
    bulletin: Annotated[str, typer.Argument(metavar="BULLETIN", help="A bulletin's id, or the key of its cycle such as 20180427T00Z.")],
    config: ConfigOption,
    sentence: Annotated[str, typer.Option(metavar="TEXT", help="Follow only the lines that hold this, and the areas they name.")] = "",
    reproduce: Annotated[bool, typer.Option("--reproduce", help="Run it again from what it was made from, and compare.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Go back from what a bulletin says to the forecast, the model, and each input with its hash and arrival.

    Status 1 where a link is broken or, with --reproduce, another bulletin comes out.
    """
    from hazecast import __version__
    from hazecast.cli.compiling import compile_ahead
    from hazecast.cli.inputs import require_archive
    from hazecast.cli.running import memory_of
    from hazecast.config import load_settings
    from hazecast.tracing.chain import chain_of

    settings = load_settings(config)
    require_archive(settings)
    again: Reproduced | None = None
    with memory_of(settings) as memory:
        chain = chain_of(bulletin, settings, memory, sentence)
        if reproduce:
            from hazecast.tracing.reproduce import reproduce as run_again

            with progress_bars(as_json) as progress:
                compile_ahead(progress)
                again = run_again(chain.status, settings, memory, __version__, progress)
    print_result(as_json, _facts(chain, again), _lines(chain, again))
    if not chain.is_whole or (again is not None and not again.is_exact):
        raise typer.Exit(NOT_WHOLE_STATUS)


def _lines(chain: "Chain", again: "Reproduced | None") -> list[str]:
    status, cycle = chain.status, chain.status.cycle
    return [
        f"Bulletin   {chain.bulletin.id}, until {_minute(chain.bulletin.expires_at)}{', an exercise' if chain.bulletin.exercise else ''}",
        *(f"  says     {one.document}, line {one.line}: {one.text}" for one in chain.sentences),
        *(line for area in chain.areas for line in _area_lines(area)),
        f"Forecast   cycle {cycle.key} from {_minute(cycle.init_time)} for {len(cycle.lead_hours)} h, known by {_minute(cycle.as_of)}",
        f"           hazecast {status.software_version}, settings {(status.settings_sha256 or '')[:12]}, attempt {status.attempts}",
        *(
            f"  file     {p.sha256[:12]}  {p.size_bytes:>11,}  {p.name}{_removed(p.name, chain)}"
            for p in chain.products
            if "/" not in p.name
        ),
        *(f"  DAMAGED  {name}" for name in chain.damaged),
        *(f"  note     {n.code}{f' {n.count}' if n.count is not None else ''}{f' ({n.detail})' if n.detail else ''}" for n in chain.notes),
        _model_line(chain),
        *(_input_line(link) for link in chain.inputs),
        *_asked_lines(chain),
        "Every link can be followed." if chain.is_whole else "A link is broken: restore what is damaged or gone from a backup.",
        *_again_lines(again),
    ]


def _area_lines(area: "AreaLink") -> list[str]:
    told = [
        f"             {w.valid_from:%Y-%m-%d %H:%M} to {w.valid_until:%Y-%m-%d %H:%M} UTC: {w.level.name.lower()}, "
        f"peak PM2.5 {'unknown' if w.peak_pm25 is None else f'{w.peak_pm25:.0f} µg/m³'}"
        for w in area.windows
    ]
    sent = [f"             {m.action} {m.level.name.lower()} as {m.id}: {m.condition}{_chance(m.probability)}" for m in area.messages]
    return [f"  area     {area.area_id}", *told, *(sent or ["             no message"])]


def _chance(probability: float | None) -> str:
    return "" if probability is None else f", chance {probability:.2f}"


def _minute(moment: "datetime") -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _removed(name: str, chain: "Chain") -> str:
    return "  (removed for its age)" if name in chain.retired else ""


def _model_line(chain: "Chain") -> str:
    if chain.model is None:
        return "Model      learnt within the cycle"
    model = chain.model
    return f"Model      {model.id}, {model.sha256[:12]}, learnt until {model.learnt_until:%Y-%m-%d %H:%M} UTC from {model.days} days"


def _input_line(link: "InputLink") -> str:
    file = link.used.file
    came = "before anybody looked" if link.arrived_at is None else f"{link.arrived_at:%Y-%m-%d %H:%M} UTC"
    state = link.used.state.upper() if link.used.is_lost else link.used.state
    return f"  {file.role:13}{file.sha256[:12]}  {state:9}came {came}: {file.path}"


def _asked_lines(chain: "Chain") -> list[str]:
    asked = chain.read_back.asked
    if asked is None:
        return []
    same = "same" if chain.read_back.answers_as_then else "DIFFERENT"
    question = asked.question
    return [
        f"  {'answer':13}{asked.sha256[:12]}  {same:9}of {len(question.station_ids)} stations, "
        f"{question.first:%Y-%m-%d %H:%M} to {question.last:%Y-%m-%d %H:%M} UTC"
    ]


def _again_lines(again: "Reproduced | None") -> list[str]:
    if again is None:
        return []
    why = [] if again.same_settings else ["the settings are others"]
    why += [] if again.same_software else ["hazecast is of another version"]
    because = f" ({', and '.join(why)})" if why else ""
    if again.is_exact:
        return [f"Run again{because}: all {len(again.same)} files are the same, byte for byte."]
    return [
        f"Run again{because}: {len(again.same)} files are the same, {len(again.different)} differ:",
        *(f"  {n}" for n in again.different),
    ]


def _facts(chain: "Chain", again: "Reproduced | None") -> dict[str, Any]:
    status, cycle = chain.status, chain.status.cycle
    return {
        "bulletin": chain.bulletin.id,
        "sentences": [{"document": s.document, "line": s.line, "text": s.text, "areas": s.areas} for s in chain.sentences],
        "areas": [
            {
                "area": area.area_id,
                "windows": [
                    {"valid_from": w.valid_from.isoformat(), "level": w.level.name.lower(), "peak_pm25": w.peak_pm25} for w in area.windows
                ],
                "messages": [
                    {"id": m.id, "action": m.action.value, "condition": m.condition, "probability": m.probability} for m in area.messages
                ],
            }
            for area in chain.areas
        ],
        "cycle": {
            "key": cycle.key,
            "init_time": cycle.init_time.isoformat(),
            "as_of": cycle.as_of.isoformat(),
            "software": status.software_version,
            "settings_sha256": status.settings_sha256,
        },
        "products": [{"name": p.name, "sha256": p.sha256, "size_bytes": p.size_bytes} for p in chain.products],
        "damaged": chain.damaged,
        "retired": chain.retired,
        "notes": [{"code": n.code.value, "count": n.count, "detail": n.detail} for n in chain.notes],
        "model": None if chain.model is None else {"id": chain.model.id, "sha256": chain.model.sha256},
        "inputs": [
            {
                "role": link.used.file.role,
                "path": str(link.used.file.path),
                "sha256": link.used.file.sha256,
                "state": link.used.state.value,
                "arrived_at": None if link.arrived_at is None else link.arrived_at.isoformat(),
            }
            for link in chain.inputs
        ],
        "whole": chain.is_whole,
        "reproduced": None
        if again is None
        else {
            "exact": again.is_exact,
            "same": again.same,
            "different": again.different,
            "same_settings": again.same_settings,
            "same_software": again.same_software,
        },
    }
