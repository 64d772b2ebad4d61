"""The status in the text format of Prometheus."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from hazecast import __version__
from hazecast.archive.deliveries import DeliveryState
from hazecast.archive.jobs import JobStatus
from hazecast.archive.ledger import State
from hazecast.scheduler import Verdict
from hazecast.serving.status import Status

Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Gauge:
    name: str
    help: str
    samples: tuple[tuple[Labels, float], ...]


def metrics_text(status: Status) -> str:
    """One family a few lines; a value that is not known is left out."""
    return "".join(_family(gauge) for gauge in _gauges(status))


def _gauges(status: Status) -> Iterable[_Gauge]:
    now = status.now
    done = [s for s in status.cycles if s.state is State.DONE and s.finished_at is not None]
    yield _Gauge("info", "The version of hazecast.", (((("version", __version__),), 1.0),))
    yield _Gauge("leader", "Whether some machine leads.", (((), float(status.is_led)),))
    yield _Gauge(
        "cycles",
        "Cycles of the last two days by state.",
        tuple(((("state", state.value),), float(sum(s.state is state for s in status.cycles))) for state in State),
    )
    yield _Gauge("cycles_waiting", "Cycles that wait for inputs.", (((), float(sum(d.verdict is Verdict.WAIT for d in status.decisions))),))
    yield _Gauge("cycles_late", "Cycles that should be done and are not.", (((), float(len(status.late))),))
    if done:
        last = done[-1]
        assert last.finished_at is not None
        yield _Gauge("last_cycle_init_time_seconds", "When the newest done cycle began.", (((), last.cycle.init_time.timestamp()),))
        yield _Gauge("last_cycle_age_seconds", "Time since the newest cycle was done.", (((), (now - last.finished_at).total_seconds()),))
        if last.started_at is not None:
            took = (last.finished_at - last.started_at).total_seconds()
            yield _Gauge("last_cycle_duration_seconds", "How long the newest done cycle took.", (((), took),))
    yield _Gauge(
        "input_age_seconds",
        "Time since something newer came of a source.",
        tuple(((("source", one.role),), (now - one.seen_at).total_seconds()) for one in status.inputs),
    )
    yield _Gauge(
        "deliveries",
        "Deliveries of the last day by state.",
        tuple(((("state", state.value),), float(status.deliveries_in(state))) for state in DeliveryState),
    )
    yield _Gauge("deliveries_undelivered", "Deliveries that should have arrived and have not.", (((), float(len(status.undelivered))),))
    yield _Gauge("skill", "Skill against persistence of the last days, 1 is perfect.", (((), status.skill.recent),))
    yield _Gauge(
        "skill_normal",
        "Between what that skill is as a rule.",
        (((("bound", "low"),), status.skill.low), ((("bound", "high"),), status.skill.high)),
    )
    yield _Gauge(
        "job_age_seconds",
        "Time since the newest job of a kind was due, by its state.",
        tuple(((("job", s.job.kind.value), ("state", s.state.value)), (now - s.job.due_at).total_seconds()) for s in _newest(status)),
    )
    yield _Gauge("alarms", "Alarms that are not over.", (((), float(len(status.alarms))),))


def _newest(status: Status) -> Iterable[JobStatus]:
    return {one.job.kind: one for one in status.jobs}.values()


def _family(gauge: _Gauge) -> str:
    known = [(labels, value) for labels, value in gauge.samples if math.isfinite(value)]
    if not known:
        return ""
    name = f"hazecast_{gauge.name}"
    lines = [f"{name}{_braced(labels)} {value:.10g}" for labels, value in known]
    return "\n".join([f"# HELP {name} {gauge.help}", f"# TYPE {name} gauge", *lines]) + "\n"


def _braced(labels: Labels) -> str:
    inside = ",".join(f'{key}="{_escaped(value)}"' for key, value in labels)
    return f"{{{inside}}}" if inside else ""


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
