"""`hazecast train`."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from hazecast.cli.app import ConfigOption, JsonOption, app
from hazecast.cli.output import print_result
from hazecast.cli.progress import progress_bars

if TYPE_CHECKING:
    from hazecast.forecast.model_card import ModelCard


@app.command()
def train(
    config: ConfigOption,
    as_of: Annotated[str, typer.Option(metavar="TIME", help="Learn from what had arrived by then (UTC). [default: now]")] = "",
    as_json: JsonOption = False,
) -> None:
    """Train a model and keep it: cycles after it forecast by it, unless it lost against the one before."""
    from datetime import timedelta
    from functools import partial

    from hazecast.cli.running import now
    from hazecast.cli.times import moment_of
    from hazecast.config import load_settings
    from hazecast.records import Cycle

    settings = load_settings(config)
    known = moment_of("--as-of", as_of) if as_of else now()
    hour = known.replace(minute=0, second=0, microsecond=0)
    from hazecast.cli.compiling import compile_ahead
    from hazecast.cli.running import gather_what_came, memory_of
    from hazecast.training import train_model

    with progress_bars(as_json) as progress, memory_of(settings) as memory:
        compile_ahead(progress)
        cycle = Cycle(hour, known, timedelta(hours=settings.forecast.horizon_hours))
        model = train_model(cycle, settings, settings.output.archive, partial(gather_what_came, memory=memory), progress)
    print_result(as_json, _facts(model.card), [*card_lines(model.card), f"Kept in {model.folder}"])


def card_lines(card: "ModelCard") -> list[str]:
    """What is told of a model, for a person."""
    ends = (*(f"–{end} h" for end in card.lead_group_ends), "later")
    lines = [
        f"Model {card.id} learnt from {card.days} days of {len(card.stations)} stations until {card.learnt_until:%Y-%m-%d %H:%M} UTC.",
        f"It is {'the champion' if card.champion else 'kept, and does not forecast'}. {_trial(card)}".rstrip(),
    ]
    if card.skill:
        lines += ["RMSE on times left out, µg/m³:", f"  {'without':<44}{''.join(f'{end:>8}' for end in ends)}"]
    for step in card.skill:
        values = "".join(f"{'–' if value is None else f'{value:.0f}':>8}" for value in step.rmse)
        lines.append(f"  {', '.join(step.lacking) or 'nothing':<44}{values}")
    return lines


def _trial(card: "ModelCard") -> str:
    if card.trial is None:
        return ""
    trial = card.trial
    return (
        f"Against {trial.champion} on {trial.pairs:,} pairs since {trial.since:%Y-%m-%d}: loss {trial.own_loss:.2f} against "
        f"{trial.champion_loss:.2f} µg/m³."
    )


def _facts(card: "ModelCard") -> dict[str, Any]:
    from pydantic import TypeAdapter

    facts: dict[str, Any] = TypeAdapter(type(card)).dump_python(card, mode="json")
    return facts
