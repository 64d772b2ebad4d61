"""What is done every few seconds for what is to be sent."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from sqlalchemy import Engine

from hazecast.archive.bulletin_files import load_bulletin
from hazecast.config import Settings
from hazecast.delivery.channel import Channel
from hazecast.delivery.outbox import drain
from hazecast.delivery.wiring import refresh_feeds
from hazecast.release.releasing import release_due
from hazecast.scheduler import errors_logged


def deliver(settings: Settings, ledger: Engine, channels: Mapping[str, Channel], clock: Callable[[], datetime]) -> None:
    """Release what has waited long enough for a person, and deliver what is due; what fails is logged."""
    with errors_logged("releasing what has waited long enough for a person"):
        release_due(settings, ledger, clock)
    with errors_logged("delivering"):
        drain(ledger, channels, partial(load_bulletin, settings.output.archive), clock())
        refresh_feeds(settings, clock())
