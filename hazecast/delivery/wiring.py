"""From settings to channels and recipients: the one table of channels."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.headerregistry import Address

from pydantic import BaseModel

from hazecast.config import Settings
from hazecast.config.delivery import (
    OWN_CHANNEL,
    OWN_RECIPIENT,
    ChannelSettings,
    FeedChannelSettings,
    FolderChannelSettings,
    MailboxChannelSettings,
    MqttChannelSettings,
    QuietSettings,
    RecipientSettings,
    SecretSettings,
    SftpChannelSettings,
    SmtpChannelSettings,
    WebhookChannelSettings,
)
from hazecast.delivery.channel import Channel, Parcel
from hazecast.delivery.feed import FEED_FORMATS, feed_channel, refresh_feed
from hazecast.delivery.folder import folder_channel, folder_for_each
from hazecast.delivery.for_information import for_information
from hazecast.delivery.mail_message import mailbox
from hazecast.delivery.maildir import mailbox_channel
from hazecast.delivery.mqtt import mqtt_channel
from hazecast.delivery.partners import languages_of, partner_of
from hazecast.delivery.routing import Kinds, Quiet, Recipient
from hazecast.delivery.secret import read_secret, struck
from hazecast.delivery.sftp import sftp_channel
from hazecast.delivery.smtp import smtp_channel
from hazecast.delivery.webhook import webhook_channel
from hazecast.errors import DeliveryFailed, DeliveryRefused, HazecastError, SettingsError
from hazecast.records import Level


def _now() -> datetime:
    return datetime.now(UTC)


def channels_of(settings: Settings, clock: Callable[[], datetime] = _now) -> dict[str, Channel]:
    """The channels by name: hazecast's own folder, and those of the settings. Mails are dated by `clock`."""
    partners = {one.id: partner for one in settings.recipients if (partner := partner_of(one, settings))}
    theirs = {
        name: guarded(for_information(_opened(channel, settings, clock), partners), Kinds(channel.bulletins), tuple(_secrets(channel)))
        for name, channel in settings.channels.items()
    }
    return {OWN_CHANNEL: folder_channel(settings.output.outbox), **theirs}


def recipients_of(settings: Settings) -> tuple[Recipient, ...]:
    """Everybody who gets bulletins, once for each channel; the folder of the settings' output first."""
    theirs = (_recipient(one, name, settings) for one in settings.recipients if not one.operator for name in one.channels)
    return (Recipient(OWN_RECIPIENT, OWN_CHANNEL), *theirs)


def operators_of(settings: Settings) -> tuple[Recipient, ...]:
    """Everybody who is told when something is wrong with the machine, once for each channel."""
    return tuple(_recipient(one, name, settings) for one in settings.recipients if one.operator for name in one.channels)


def refresh_feeds(settings: Settings, now: datetime) -> None:
    """Let what is over fall out of every feed, also where no bulletin comes."""
    for channel in settings.channels.values():
        if isinstance(channel, FeedChannelSettings):
            refresh_feed(channel, settings.site.languages, now)


def guarded(channel: Channel, kinds: Kinds, secrets: tuple[SecretSettings, ...]) -> Channel:
    """A channel that takes no bulletin of another kind, whatever was queued, and whose errors hold no secret."""

    def deliver(parcel: Parcel) -> str:
        if not kinds.take(parcel.bulletin):
            kind = "an exercise" if parcel.bulletin.exercise else "no exercise"
            raise DeliveryRefused(
                f"Bulletin {parcel.bulletin.id} is {kind}; channel {parcel.delivery.channel} takes {kinds} ones alone.",
                "Let it be, or change `bulletins` of the channel.",
            )
        try:
            return channel(parcel)
        except (OSError, HazecastError) as failure:
            raise _told_without(secrets, failure) from None  # the cause could hold what was struck out

    return deliver


def _told_without(secrets: tuple[SecretSettings, ...], failure: Exception) -> HazecastError:
    words = tuple(word for secret in secrets if (word := _if_there(secret)))
    problem, remedy = failure.args[:2] if isinstance(failure, HazecastError) else (_in_words(failure), "It is tried again.")
    kind = type(failure) if isinstance(failure, DeliveryFailed | SettingsError) else DeliveryFailed
    told: HazecastError = kind(struck(problem, words), struck(remedy, words))
    if isinstance(failure, DeliveryFailed) and isinstance(told, DeliveryFailed):
        told.wait_seconds = failure.wait_seconds
    return told


def _in_words(failure: Exception) -> str:
    return f"{str(failure).rstrip('.') or type(failure).__name__}."


def _if_there(secret: SecretSettings) -> str:
    try:
        return read_secret(secret)
    except SettingsError:
        return ""


def _secrets(section: BaseModel) -> list[SecretSettings]:
    return [value for _, value in section if isinstance(value, SecretSettings)]


def _opened(channel: ChannelSettings, settings: Settings, clock: Callable[[], datetime]) -> Channel:
    match channel:
        case FolderChannelSettings():
            return folder_for_each(channel.path)
        case SmtpChannelSettings():
            return smtp_channel(channel, _readers(settings), clock)
        case MailboxChannelSettings():
            return mailbox_channel(channel, _readers(settings), clock)
        case WebhookChannelSettings():
            return webhook_channel(channel)
        case SftpChannelSettings():
            return sftp_channel(channel)
        case MqttChannelSettings():
            return mqtt_channel(channel)
        case FeedChannelSettings():
            return feed_channel(channel, settings.site.languages)


def _readers(settings: Settings) -> dict[str, Address]:
    return {one.id: mailbox(one.name, one.mail) for one in settings.recipients if one.mail is not None}


def _recipient(one: RecipientSettings, channel: str, settings: Settings) -> Recipient:
    partner = partner_of(one, settings)
    return Recipient(
        id=one.id,
        channel=channel,
        languages=languages_of(one, partner, settings.site.languages),
        formats=FEED_FORMATS if isinstance(settings.channels[channel], FeedChannelSettings) else one.formats or (),
        areas=partner.areas if partner else one.areas,
        least_level=Level[one.least_level.upper()],
        quiet=None if one.quiet is None else _quiet(one.quiet, settings.site.time_zone),
        kinds=Kinds(settings.channels[channel].bulletins),
    )


def _quiet(hours: QuietSettings, time_zone: str) -> Quiet:
    return Quiet(hours.from_hour, hours.until_hour, Level[hours.below.upper()], hours.time_zone or time_zone)
