"""The SFTP channel: a folder on another machine, whose host key is known beforehand. Needs the optional part 'sftp'.

Documents come first; `delivery.json`, which lists them, says that all are there.
"""

import json
import posixpath
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hazecast.config.delivery import SftpChannelSettings
from hazecast.delivery.channel import Channel, Parcel
from hazecast.delivery.secret import read_secret, require_private
from hazecast.errors import DeliveryFailed, MissingExtra

if TYPE_CHECKING:
    from paramiko import SFTPClient, SSHClient

LIST_NAME = "delivery.json"


def sftp_channel(settings: SftpChannelSettings) -> Channel:
    """The channel that writes to `url`/<recipient>/<bulletin id>/. What is there as a whole is not written again."""

    def deliver(parcel: Parcel) -> str:
        try:
            from paramiko import SSHException
        except ImportError as absent:
            raise MissingExtra("Delivering by SFTP", "sftp") from absent
        try:
            with _connected(settings) as files:
                return _delivered(files, parcel, settings)
        except (SSHException, EOFError) as broken:
            raise DeliveryFailed(
                f"The SFTP server did not take it: {type(broken).__name__} {broken}.", "See that its host key, user and password are right."
            ) from broken

    return deliver


def _delivered(files: "SFTPClient", parcel: Parcel, settings: SftpChannelSettings) -> str:
    parts = urlsplit(settings.url)
    folder = posixpath.join(parts.path or "/", parcel.recipient, parcel.bulletin.id)
    list_file, listed = posixpath.join(folder, LIST_NAME), _listed(parcel)
    place = f"sftp://{parts.hostname}{folder}"
    there = _content(files, list_file)
    if there == listed:
        return place
    if there is not None:
        raise DeliveryFailed(f"{place} holds another delivery.", "What was delivered is not overwritten; move it away.")
    _make_folders(files, folder)
    for document in parcel.documents:
        _put(files, posixpath.join(folder, document.name), document.content)
    _put(files, list_file, listed)
    return place


def _listed(parcel: Parcel) -> bytes:
    documents = [
        {"name": d.name, "media_type": d.media_type, "language": d.language, "sha256": sha256(d.content).hexdigest()}
        for d in parcel.documents
    ]
    told = {"key": parcel.key, "bulletin": parcel.bulletin.id, "exercise": parcel.bulletin.exercise, "documents": documents}
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()


def _content(files: "SFTPClient", path: str) -> bytes | None:
    try:
        with files.open(path, "rb") as opened:
            content: bytes = opened.read()
            return content
    except FileNotFoundError:
        return None


def _make_folders(files: "SFTPClient", folder: str) -> None:
    made = "/"
    for part in folder.strip("/").split("/"):
        made = posixpath.join(made, part)
        with suppress(OSError):  # it is there; if not, writing into it says so
            files.mkdir(made)


def _put(files: "SFTPClient", path: str, content: bytes) -> None:
    """Written aside and renamed, so that nobody reads half of it."""
    aside = f"{path}.partial"
    with files.open(aside, "wb") as opened:
        opened.write(content)
    files.posix_rename(aside, path)


@contextmanager
def _connected(settings: SftpChannelSettings) -> "Iterator[SFTPClient]":
    from paramiko import RejectPolicy, SSHClient

    client = SSHClient()
    client.set_missing_host_key_policy(RejectPolicy())
    try:
        _log_in(client, settings)
        files = client.open_sftp()
        channel = files.get_channel()
        if channel is not None:
            channel.settimeout(settings.timeout_seconds)
        yield files
    finally:
        client.close()


def _log_in(client: "SSHClient", settings: SftpChannelSettings) -> None:
    if settings.known_hosts is None:
        client.load_system_host_keys()
    else:
        client.load_host_keys(str(settings.known_hosts))
    if settings.key_file is not None:
        require_private(settings.key_file)
    parts, seconds = urlsplit(settings.url), settings.timeout_seconds
    client.connect(
        parts.hostname or "",
        port=parts.port or 22,
        username=settings.user,
        password=None if settings.password is None else read_secret(settings.password),
        key_filename=None if settings.key_file is None else str(settings.key_file),
        timeout=seconds,
        banner_timeout=seconds,
        auth_timeout=seconds,
        allow_agent=False,
        look_for_keys=False,
    )
