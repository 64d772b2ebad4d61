"""A real PostgreSQL of Debian's packages, on a socket in a folder of its own and with no port."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DEBIAN_FOLDERS = "/usr/lib/postgresql"


@contextmanager
def running_postgres() -> Iterator[str]:
    """Gives the address of a database of nothing; the server and its folder are gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # a socket's path must be short
    options = "-c listen_addresses='' -c fsync=off -c unix_socket_directories=" + str(folder)
    try:
        user = _not_root(folder)
        _run(user, "initdb", "--auth=trust", "--username=haze", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", str(folder / "data"))
        control = ("pg_ctl", "--pgdata", str(folder / "data"), "--wait", "--silent")
        _run(user, *control, "--options", options, "--log", str(folder / "log"), "start")
        try:
            yield f"postgresql://haze@/postgres?host={folder}"
        finally:
            _run(user, *control, "--mode=immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _not_root(folder: Path) -> str | None:
    """The user whom the server runs as: it refuses to be root's."""
    if os.geteuid():
        return None
    postgres = pwd.getpwnam("postgres")
    os.chown(folder, postgres.pw_uid, postgres.pw_gid)
    return "postgres"


def _run(user: str | None, program: str, *arguments: str) -> None:
    newest = sorted(Path(DEBIAN_FOLDERS).glob(f"*/bin/{program}"), key=lambda path: int(path.parts[-3]))
    command = [str(newest[-1]) if newest else program, *arguments]
    done = subprocess.run(
        command, user=user, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False
    )
    assert done.returncode == 0, f"{program}: {done.stderr}"
