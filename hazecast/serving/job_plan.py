"""Which jobs are due. A job of a day is done once for the newest day alone: what was missed in an outage is not made up for."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hazecast.archive.jobs import Job, JobKind, JobStatus
from hazecast.archive.ledger import State, lease_holds
from hazecast.config import Settings

MOST_ATTEMPTS = 5
FIRST_RETRY_WAIT = timedelta(minutes=5)
LONGEST_RETRY_WAIT = timedelta(hours=1)
HOUR_OF_DAY = {JobKind.VERIFY: 3, JobKind.RETAIN: 4, JobKind.BACKUP: 5}


def due_jobs(now: datetime, settings: Settings, states: tuple[JobStatus, ...], trained_at: datetime | None) -> tuple[Job, ...]:
    """The jobs that are due at `now`, in the order in which they are done; `trained_at` is when a model was trained last."""
    daily = tuple(_of_day(kind, now, settings) for kind in (JobKind.VERIFY, JobKind.RETAIN, JobKind.BACKUP) if _is_wanted(kind, settings))
    wanted = (*daily, *_training(now, settings, trained_at))
    known = {status.job.key: status for status in states}
    return tuple(job for job in wanted if _is_open(known.get(job.key), now))


def ingest_job(seen_at: datetime) -> Job:
    """To take in what was seen to have changed at a time."""
    return Job(f"{JobKind.INGEST} {seen_at:%Y%m%dT%H%M%SZ}", JobKind.INGEST, seen_at)


def ingest_again(states: tuple[JobStatus, ...], now: datetime) -> Job | None:
    """The newest taking in where it failed and has waited long enough.

    The second attempt waits for nothing, since cycles need what has come; later ones wait as those of jobs, and it is never given up.
    """
    newest = [status for status in states if status.job.kind is JobKind.INGEST][-1:]
    return next((one.job for one in newest if one.state is State.FAILED and (one.token == 1 or not _waits(one, now))), None)


def day_verified(job: Job, settings: Settings) -> date:
    """The local day that a verification is of: the one before it is due."""
    return job.due_at.astimezone(ZoneInfo(settings.site.time_zone)).date() - timedelta(days=1)


def _is_wanted(kind: JobKind, settings: Settings) -> bool:
    if kind is JobKind.BACKUP:
        return settings.backup.folder is not None
    return kind is not JobKind.RETAIN or settings.retention.gridded_days > 0


def _of_day(kind: JobKind, now: datetime, settings: Settings) -> Job:
    zone = ZoneInfo(settings.site.time_zone)
    today = now.astimezone(zone).date()
    due = _moment(today, HOUR_OF_DAY[kind], zone)
    day = today if due <= now else today - timedelta(days=1)
    return Job(f"{kind} {day}", kind, _moment(day, HOUR_OF_DAY[kind], zone))


def _moment(day: date, hour: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(hour), zone).astimezone(UTC)


def _training(now: datetime, settings: Settings, trained_at: datetime | None) -> tuple[Job, ...]:
    if trained_at is not None and trained_at <= now < trained_at + timedelta(days=settings.forecast.retrain_days):
        return ()
    return (Job(f"{JobKind.TRAIN} {now:%Y-%m-%d}", JobKind.TRAIN, now.replace(hour=0, minute=0, second=0, microsecond=0)),)


def _is_open(status: JobStatus | None, now: datetime) -> bool:
    if status is None:
        return True
    if status.state is State.RUNNING:
        return not lease_holds(status.lease_until, now) and status.token < MOST_ATTEMPTS
    return status.state is State.FAILED and status.token < MOST_ATTEMPTS and not _waits(status, now)


def _waits(failed: JobStatus, now: datetime) -> bool:
    wait = min(FIRST_RETRY_WAIT * (1 << min(max(0, failed.token - 1), MOST_ATTEMPTS)), LONGEST_RETRY_WAIT)
    return failed.finished_at is not None and failed.finished_at <= now < failed.finished_at + wait
