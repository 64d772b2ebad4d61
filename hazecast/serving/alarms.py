"""What is amiss, and telling the operators: each of each episode once, by their own channels."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Engine

from hazecast.archive.alarm_log import Alarm, Notice, Trouble, begin_notices, end_notice, settle_alarms
from hazecast.archive.deliveries import Attempt, Delivery
from hazecast.archive.jobs import JobKind, JobStatus
from hazecast.archive.ledger import State
from hazecast.delivery.channel import Channel, Parcel
from hazecast.delivery.routing import Recipient
from hazecast.errors import HazecastError, SettingsError
from hazecast.records import Bulletin, Document
from hazecast.serving.job_plan import MOST_ATTEMPTS
from hazecast.serving.status import Status

TOLD_FOR = timedelta(days=1)
GIVEN_UP_FOR = timedelta(days=1)

_LOGGER = logging.getLogger(__name__)


def troubles_of(status: Status) -> tuple[Trouble, ...]:
    """What is amiss: cycles that are late, sources that are silent, bulletins that did not arrive, skill that has fallen, jobs given up."""
    skill = status.skill
    fallen = f"The skill of the last {skill.days} days is {skill.recent:.2f}; it is {skill.low:.2f} to {skill.high:.2f} as a rule."
    return (
        *(Trouble(f"cycle {late.key}", f"Cycle {late.key} is late: {late.reason}.") for late in status.late),
        *(
            Trouble(f"source {one.role}", f"Nothing new has come of {one.role} since {one.seen_at:%Y-%m-%d %H:%M} UTC.")
            for one in status.silent
        ),
        *(
            Trouble(
                f"delivery {one.delivery.key}",
                f"Delivery {one.delivery.key} has not arrived; it is {one.state}: {_last_error(one.attempts)}.",
            )
            for one in status.undelivered
        ),
        *((Trouble("skill", fallen),) if skill.has_fallen else ()),
        *(
            Trouble(f"job {one.job.key}", f"Job {one.job.key} is given up after {one.token} attempts: {_reason(one)}.")
            for one in status.jobs
            if one.job.kind is not JobKind.INGEST and _failed_often(one) and status.now - one.job.due_at < GIVEN_UP_FOR
        ),
        *(
            Trouble("taking in", f"What has come could not be taken in {one.token} times: {_reason(one)}.")
            for one in [job for job in status.jobs if job.job.kind is JobKind.INGEST][-1:]
            if _failed_often(one) or (one.state is State.RUNNING and one.token > MOST_ATTEMPTS)
        ),
    )


def raise_alarms(operations: Engine, status: Status, now: datetime) -> tuple[Alarm, ...]:
    """Raise an alarm for what is newly amiss, and clear what is over; returns and logs the new ones. Raises ArchiveError."""
    raised = settle_alarms(operations, troubles_of(status), now)
    for alarm in raised:
        _LOGGER.error("Alarm: %s", alarm.text, extra={"subject": alarm.subject})
    return raised


def tell_operators(
    operations: Engine, channels: Mapping[str, Channel], operators: tuple[Recipient, ...], name: str, now: datetime
) -> tuple[Notice, ...]:
    """Tell each operator of each alarm that is not over, once; what fails is tried again. Returns who was told. Raises ArchiveError."""
    told = []
    for notice in begin_notices(operations, [(one.id, one.channel) for one in operators], now):
        try:
            _channel(channels, notice.channel)(_parcel(notice, name, now))
        except (OSError, HazecastError) as failure:
            _LOGGER.error("%s could not be told of %s: %s", notice.recipient, notice.alarm.subject, failure)
            end_notice(operations, notice, str(failure))
        else:
            end_notice(operations, notice, None)
            told.append(notice)
    return tuple(told)


def _channel(channels: Mapping[str, Channel], name: str) -> Channel:
    if name not in channels:
        raise SettingsError(f"There is no channel {name!r}.", "Bring it back into the settings.")
    return channels[name]


def _parcel(notice: Notice, name: str, now: datetime) -> Parcel:
    alarm = notice.alarm
    id = f"alarm-{alarm.id}-{alarm.raised_at:%Y%m%dT%H%M%SZ}"
    text = f"{alarm.text}\n\nRaised {alarm.raised_at:%Y-%m-%d %H:%M} UTC by {name}. See `hazecast status`. This was written by a machine.\n"
    bulletin = Bulletin(id, "", now + TOLD_FOR, (Document("alarm.txt", "text/plain", "en", text.encode()),))
    delivery = Delivery(f"{id}/{notice.channel}/{notice.recipient}", id, "", notice.recipient, notice.channel, now + TOLD_FOR)
    return Parcel(delivery, bulletin, f"[{name}] {alarm.text}")


def _failed_often(job: JobStatus) -> bool:
    return job.state is State.FAILED and job.token >= MOST_ATTEMPTS


def _reason(job: JobStatus) -> str:
    return (job.error or "it is tried again now").rstrip(".")


def _last_error(attempts: tuple[Attempt, ...]) -> str:
    error = attempts[-1].error if attempts else None
    return error.rstrip(".") if error else "it was not tried, or there was no answer"
