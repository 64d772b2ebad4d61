"""Who gets bulletins, and by which channels. Secrets are not in the settings: only where they are kept."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from hazecast.config.fields import Distinct, Filled, LocalHour, Number, OneOrMore, Section, TimeZone, Whole, YesOrNo

LOOPBACK = ("localhost", "127.0.0.1", "::1")
OWN_CHANNEL = "folder"  # the one of output.outbox, which is always there
OWN_RECIPIENT = "outbox"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_MAILBOX = re.compile(r"[!#$%&'*+/=?^`{|}~.A-Za-z0-9_-]{1,64}@[A-Za-z0-9.-]{1,253}")
Model = TypeVar("Model", bound=Section)


def _plain_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name; expected up to 64 letters, digits, dots, hyphens and underlines of ASCII")
    if name in (OWN_CHANNEL, OWN_RECIPIENT):
        raise ValueError(f"the name {name!r} is that of hazecast's own folder of bulletins; expected another")
    return name


def _mailbox(address: str) -> str:
    if not _MAILBOX.fullmatch(address):
        raise ValueError(f"{address!r} is no mail address; expected one such as duty@example.org, without a name")
    return address


def _secure_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.username or parts.password:
        raise ValueError("there is a user or a password in the address; expected it without")
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)):
        raise ValueError(f"{url!r} is no secure address; expected https://…")
    return url


def _sftp_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.username or parts.password:
        raise ValueError("there is a user or a password in the address; expected it without")
    if parts.scheme != "sftp" or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(f"{url!r} is no folder of an SFTP server; expected sftp://host/folder")
    return url


PlainName = Annotated[str, AfterValidator(_plain_name)]
SecureAddress = Annotated[str, AfterValidator(_secure_address)]
ChannelName = PlainName
Mailbox = Annotated[str, AfterValidator(_mailbox)]
FORMATS = ("html", "text", "pdf", "cap", "geojson", "json", "atom", "csv", "png", "svg")
Format = Literal["html", "text", "pdf", "cap", "geojson", "json", "atom", "csv", "png", "svg"]
LevelName = Literal["none", "blue", "yellow", "orange", "red"]
Kinds = Literal["real", "exercises", "both"]


class SecretSettings(Section):
    """Where a secret is kept: in a variable of the environment, or in a file that only its owner may read."""

    env: Filled | None = Field(None, description="Name of the variable.")
    file: Path | None = Field(None, description="Or: a file with mode 0600; its first line is the secret.")

    @model_validator(mode="after")
    def _is_in_one_place(self) -> "SecretSettings":
        if (self.env is None) == (self.file is None):
            raise ValueError("a secret is either in env or in file; expected one of them")
        return self


class _Channel(Section):
    bulletins: Kinds = Field("real", description="'real', 'exercises' or 'both': without this, no exercise gets out.")


class FolderChannelSettings(_Channel):
    """A folder on this machine; each recipient has one inside it."""

    kind: Literal["folder"] = Field(description="The kind of channel.")
    path: Path = Field(description="The folder.")


class SmtpChannelSettings(_Channel):
    """A mail server. Certificates are always verified."""

    kind: Literal["smtp"] = Field(description="The kind of channel.")
    host: Filled = Field(description="Its name, as its certificate has it.")
    port: Whole = Field(587, ge=1, le=65535, description="Its port.")
    security: Literal["starttls", "tls", "none"] = Field("starttls", description="'none' only without a password, or on this machine.")
    user: str = Field("", description="As whom to log in; empty: not at all.")
    password: SecretSettings | None = Field(None, description="Where the password is kept.")
    sender: Mailbox = Field(description="The address that mails come from.")
    sender_name: str = Field("hazecast", description="The name beside it.")
    ca_file: Path | None = Field(None, description="Certificates to trust instead of the machine's.")
    timeout_seconds: Number = Field(30.0, gt=0, le=60, description="How long an answer is waited for.")

    @model_validator(mode="after")
    def _keeps_its_password(self) -> "SmtpChannelSettings":
        if bool(self.user) != (self.password is not None):
            raise ValueError("user and password belong together")
        if self.password is not None and self.security == "none" and self.host not in LOOPBACK:
            raise ValueError("a password would be sent in the clear; expected security 'starttls' or 'tls'")
        return self


class MailboxChannelSettings(_Channel):
    """Mail without a server: the same messages in a Maildir on this machine, one for each recipient. The desk shows them."""

    kind: Literal["mailbox"] = Field(description="The kind of channel.")
    path: Path = Field(description="The folder; each recipient has a Maildir inside it.")
    sender: Mailbox = Field(description="The address that mails come from.")
    sender_name: str = Field("hazecast", description="The name beside it.")


class WebhookChannelSettings(_Channel):
    """A program elsewhere that is told by POST, signed in the manner of Standard Webhooks."""

    kind: Literal["webhook"] = Field(description="The kind of channel.")
    url: SecureAddress = Field(description="Where to post; https, or http on this machine.")
    secret: SecretSettings = Field(description="'whsec_' and base64 of 24 to 64 bytes.")
    ca_file: Path | None = Field(None, description="Certificates to trust instead of the machine's.")
    timeout_seconds: Number = Field(20.0, gt=0, le=60, description="How long an answer is waited for.")


class SftpChannelSettings(_Channel):
    """A folder on another machine, by SFTP; each recipient has one inside it. Needs the optional part 'sftp'."""

    kind: Literal["sftp"] = Field(description="The kind of channel.")
    url: Annotated[str, AfterValidator(_sftp_address)] = Field(description="sftp://host:port/folder.")
    user: Filled = Field(description="As whom to log in.")
    password: SecretSettings | None = Field(None, description="Where the password is kept.")
    key_file: Path | None = Field(None, description="Or: a private key with mode 0600.")
    known_hosts: Path | None = Field(None, description="The file of known host keys; left out: ~/.ssh/known_hosts.")
    timeout_seconds: Number = Field(30.0, gt=0, le=60, description="How long an answer is waited for.")

    @model_validator(mode="after")
    def _can_log_in(self) -> "SftpChannelSettings":
        if (self.password is None) == (self.key_file is None):
            raise ValueError("an SFTP server asks for either password or key_file; expected one of them")
        return self


class MqttChannelSettings(_Channel):
    """A broker that gets a WIS2 notification for each document. Needs the optional part 'mqtt'."""

    kind: Literal["mqtt"] = Field(description="The kind of channel.")
    host: Filled = Field(description="Its name, as its certificate has it.")
    port: Whole = Field(8883, ge=1, le=65535, description="Its port.")
    tls: YesOrNo = Field(True, description="false only without a password, or on this machine.")
    user: str = Field("", description="As whom to log in; empty: not at all.")
    password: SecretSettings | None = Field(None, description="Where the password is kept.")
    topic: Filled = Field(description="Such as origin/a/wis2/cn-cma/data/core/weather/advisories-warnings.")
    public_url: Filled = Field(description="Where a reader finds the documents: this address, the bulletin's id and the document's name.")
    ca_file: Path | None = Field(None, description="Certificates to trust instead of the machine's.")
    timeout_seconds: Number = Field(20.0, gt=0, le=60, description="How long an answer is waited for.")

    @model_validator(mode="after")
    def _keeps_its_password(self) -> "MqttChannelSettings":
        if bool(self.user) != (self.password is not None):
            raise ValueError("user and password belong together")
        if self.password is not None and not self.tls and self.host not in LOOPBACK:
            raise ValueError("a password would be sent in the clear; expected tls = true")
        if any(sign in self.topic for sign in "#+\x00"):
            raise ValueError(f"{self.topic!r} is no topic to publish to; expected one without # and +")
        return self


class FeedChannelSettings(Section):
    """A folder that a web server shows to everybody: an Atom feed of the CAP messages in force. Exercises never get there."""

    kind: Literal["feed"] = Field(description="The kind of channel.")
    path: Path = Field(description="The folder.")
    public_url: Annotated[str, AfterValidator(_secure_address)] = Field(
        description="Where the folder is served: https, or http on this machine."
    )
    recent_days: Whole = Field(7, ge=1, le=366, description="So long a message that is over stays among the recent ones.")
    bulletins: Literal["real"] = Field("real", description="Nothing else is possible.")


AnyChannel = (
    FolderChannelSettings
    | SmtpChannelSettings
    | MailboxChannelSettings
    | WebhookChannelSettings
    | SftpChannelSettings
    | MqttChannelSettings
    | FeedChannelSettings
)
ChannelSettings = Annotated[AnyChannel, Field(discriminator="kind")]


class QuietSettings(Section):
    """Hours in which a bulletin waits unless it is serious."""

    from_hour: LocalHour = Field(description="Local hour from which bulletins wait …")
    until_hour: LocalHour = Field(description="… and that at which they go out.")
    below: LevelName = Field("red", description="This level and higher ones do not wait.")
    time_zone: TimeZone | None = Field(None, description="Zone of these hours; left out: that of the site.")

    @model_validator(mode="after")
    def _has_an_end(self) -> "QuietSettings":
        if self.from_hour == self.until_hour:
            raise ValueError(f"quiet hours from {self.from_hour} until {self.until_hour} have no end; expected two different hours")
        return self


class RecipientSettings(Section):
    """Somebody who gets bulletins. Nobody sees who else does."""

    id: PlainName = Field(description="Short and lasting: deliveries are kept under it.")
    name: str = Field("", description="As shown.")
    group: str = Field("", description="Whom it belongs to, such as an agency.")
    channels: OneOrMore = Field(description="Channel, or several, by which it gets them.")
    mail: Mailbox | None = Field(None, description="Mail address, where a channel is a mail server or a mailbox.")
    languages: Distinct | None = Field(None, description="Languages of its documents, the main one first; left out: all.")
    formats: Annotated[tuple[Format, ...], Field(min_length=1)] | None = Field(None, description=f"Of {', '.join(FORMATS)}; left out: all.")
    areas: tuple[Filled, ...] = Field((), description="Ids of the areas whose levels count; empty: all.")
    partner: Filled | None = Field(
        None, description="Id of the member of the cooperation that it is; it gets the bulletins of those it works with, for information."
    )
    least_level: LevelName = Field("none", description="Below this level it gets nothing, but for the bulletin that says that it is over.")
    quiet: QuietSettings | None = Field(None, description="Hours in which it is left alone.")
    operator: YesOrNo = Field(False, description="true: it gets no bulletins, and is told when something is wrong with the machine.")

    @model_validator(mode="after")
    def _has_areas_or_partners(self) -> "RecipientSettings":
        if self.partner is not None and self.areas:
            raise ValueError(f"recipient {self.id!r} has partner and areas; a partner's areas are those of whom it works with")
        if self.partner is not None and "pdf" in (self.formats or ()):
            raise ValueError(f"recipient {self.id!r} is a partner, whose bulletins are marked, and a PDF cannot be; expected other formats")
        return self


def require_fitting(
    recipients: tuple[RecipientSettings, ...], channels: Mapping[str, Section], languages: Iterable[str], areas: Iterable[str]
) -> None:
    """Raise ValueError for a recipient whose channel, language, area or address there is not, or one that is there twice."""
    ids = [recipient.id for recipient in recipients]
    if repeated := sorted({i for i in ids if ids.count(i) > 1}):
        raise ValueError(f"two recipients have one id: {repeated}")
    for one in recipients:
        for what, wanted, known in (
            ("channels", one.channels, channels),
            ("languages", one.languages or (), languages),
            ("areas", one.areas, areas),
        ):
            if lacking := sorted(set(wanted) - set(known)):
                raise ValueError(f"recipient {one.id!r} has {what} that are not there: {lacking}; there are {sorted(known)}")
        chooses = (one.areas, one.formats, one.languages, one.partner, one.quiet, one.least_level != "none")
        if any(chooses) and any(isinstance(channels[name], FeedChannelSettings) for name in one.channels):
            raise ValueError(f"recipient {one.id!r} gets a feed, which has everything for everybody; expected it without further wishes")
        if one.mail is None and any(isinstance(channels[name], SmtpChannelSettings | MailboxChannelSettings) for name in one.channels):
            raise ValueError(f"recipient {one.id!r} gets mail and has no address; expected mail = '…'")


def rooted(section: Model, folder: Path) -> Model:
    """The same section, with its relative paths taken from `folder`."""
    changes: dict[str, Path | Section] = {}
    for key, value in section:
        if isinstance(value, Path):
            changes[key] = folder / value
        elif isinstance(value, Section):
            changes[key] = rooted(value, folder)
    return section.model_copy(update=changes)
