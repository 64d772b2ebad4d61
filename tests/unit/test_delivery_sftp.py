"""Files to a real SFTP server whose key is known, and not to one whose key is another."""

import asyncio
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncssh
import pytest

from hazecast.config.delivery import SecretSettings, SftpChannelSettings
from hazecast.delivery.sftp import sftp_channel
from hazecast.errors import DeliveryFailed
from tests.left_open import drop_what_was_left_open
from tests.parcels import DOCUMENTS, parcel

PASSWORD = "correct horse"


@dataclass(frozen=True)
class FileServer:
    port: int
    root: Path
    known_hosts: Path


class OneUser(asyncssh.SSHServer):
    def begin_auth(self, _user: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("hazecast", PASSWORD)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FileServer]:
    folder = tmp_path_factory.mktemp("sftp")
    (root := folder / "root").mkdir()
    key = asyncssh.generate_private_key("ssh-ed25519")
    loop = asyncio.new_event_loop()
    started: list[asyncssh.SSHAcceptor] = []

    def chrooted(channel: object) -> asyncssh.SFTPServer:
        return asyncssh.SFTPServer(channel, chroot=str(root).encode())  # type: ignore[arg-type]

    async def start() -> None:
        started.append(await asyncssh.listen("127.0.0.1", 0, server_host_keys=[key], server_factory=OneUser, sftp_factory=chrooted))

    loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    port = started[0].get_port()
    (known := folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {key.export_public_key().decode()}")
    yield FileServer(port, root, known)

    async def stop() -> None:
        started[0].close()
        await started[0].wait_closed()

    asyncio.run_coroutine_threadsafe(stop(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()
    drop_what_was_left_open()


def settings(server: FileServer, tmp_path: Path, folder: str, **changed: object) -> SftpChannelSettings:
    secret = tmp_path / "secret"
    secret.write_text(PASSWORD)
    secret.chmod(0o600)
    url = f"sftp://127.0.0.1:{server.port}/{folder}"
    whole = SftpChannelSettings(
        kind="sftp", url=url, user="hazecast", password=SecretSettings(file=secret), known_hosts=server.known_hosts, timeout_seconds=10.0
    )
    return whole.model_copy(update=changed)


def test_documents_arrive_and_a_list_says_that_all_are_there(server: FileServer, tmp_path: Path) -> None:
    place = sftp_channel(settings(server, tmp_path, "in/haze"))(parcel())
    assert place == "sftp://127.0.0.1/in/haze/epb/20180427T00Z-1"
    folder = server.root / "in" / "haze" / "epb" / "20180427T00Z-1"
    listed = json.loads((folder / "delivery.json").read_text())
    assert listed["key"] == parcel().key
    assert {p.name: p.read_bytes() for p in folder.iterdir() if p.name != "delivery.json"} == {d.name: d.content for d in DOCUMENTS}


def test_a_second_attempt_ends_what_one_that_died_began_and_a_third_writes_nothing(server: FileServer, tmp_path: Path) -> None:
    channel = sftp_channel(settings(server, tmp_path, "again"))
    folder = server.root / "again" / "epb" / "20180427T00Z-1"
    folder.mkdir(parents=True)
    (folder / "bulletin.zh.html.partial").write_bytes(b"half")
    channel(parcel())
    before = {p.name: p.stat().st_mtime_ns for p in folder.iterdir()}
    assert set(before) == {d.name for d in DOCUMENTS} | {"delivery.json"}
    channel(parcel())
    assert {p.name: p.stat().st_mtime_ns for p in folder.iterdir()} == before


def test_what_was_delivered_is_not_overwritten_by_another(server: FileServer, tmp_path: Path) -> None:
    channel = sftp_channel(settings(server, tmp_path, "other"))
    channel(parcel())
    with pytest.raises(DeliveryFailed, match="holds another delivery"):
        channel(parcel(channel="elsewhere"))


@pytest.mark.parametrize("wrong", ["host key", "password"])
def test_a_server_with_another_key_or_a_wrong_password_gets_nothing(server: FileServer, tmp_path: Path, wrong: str) -> None:
    if wrong == "host key":
        other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
        (tmp_path / "known").write_text(f"[127.0.0.1]:{server.port} {other}")
        chosen = settings(server, tmp_path, "never", known_hosts=tmp_path / "known")
    else:
        chosen = settings(server, tmp_path, "never")
        (tmp_path / "secret").write_text("guessed")
    with pytest.raises(DeliveryFailed, match="host key, user and password"):
        sftp_channel(chosen)(parcel())
    assert not (server.root / "never").exists()
