"""Where compiled kernels are kept: a folder for each state of the kernels, each numba, each Python and each processor.

numba looks at the file of a kernel alone when it asks whether what it kept is still right, not at the kernels which that one calls; and
two processors that share a folder could be given each other's code when both compile at once. So none of these share a folder.
"""

import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator, MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

VARIABLE = "NUMBA_CACHE_DIR"
PREFIX = "hazecast-kernels-"
PROCESSOR = Path("/proc/cpuinfo")
PROCESSOR_BYTES = 8192  # the first core tells what all of them can
PRIVATE = 0o700


@dataclass(frozen=True, slots=True)
class KernelCache:
    """The folder, and why it is not where it was asked for, or not where it is found again; empty where all is well."""

    folder: Path
    remark: str = ""


def use_kernel_cache(environment: MutableMapping[str, str]) -> KernelCache | None:
    """Tell numba, through the environment, where to keep what it compiles; None, and nothing done, once it has been imported.

    That is below NUMBA_CACHE_DIR where this is set, else below the user's folder for caches (XDG_CACHE_HOME or ~/.cache), and where
    neither can be written to, below the folder for temporary files.
    """
    if "numba" in sys.modules:
        return None
    chosen = _chosen(environment, PREFIX + identity())
    environment[VARIABLE] = str(chosen.folder)
    return chosen


def folder_in_use(environment: MutableMapping[str, str]) -> Path | None:
    """The folder that `use_kernel_cache` has named to numba; None where it has not."""
    folder = Path(environment.get(VARIABLE, ""))
    return folder if folder.name == PREFIX + identity() else None


@cache
def identity() -> str:
    """A short text that changes with the kernels, numba, Python or the processor; it takes some milliseconds to find out."""
    digest = hashlib.sha256()
    for part in (sys.implementation.cache_tag or "", sys.platform, *sorted(_processor())):
        digest.update(part.encode())
    for file in (*_versions("numba", "llvmlite"), *_kernel_files(Path(__file__).parents[1])):
        digest.update(b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def _kernel_files(package: Path) -> list[Path]:
    files = [*package.glob("*/kernels.py"), *package.glob("*/kernels/**/*.py")]
    return sorted(files, key=lambda file: file.relative_to(package).parts)


def _versions(*packages: str) -> Iterator[Path]:
    """The file of each package that says which version it is."""
    for package in packages:
        spec = find_spec(package)
        if spec is not None and spec.origin is not None:
            told = Path(spec.origin).with_name("_version.py")
            yield told if told.is_file() else Path(spec.origin)


def _processor() -> Iterator[str]:
    """What tells processors apart, as far as compiled code goes."""
    try:
        with PROCESSOR.open("rb") as told:
            lines = told.read(PROCESSOR_BYTES).decode(errors="replace").partition("\n\n")[0].splitlines()
    except OSError:
        return iter(os.uname())
    kept = ("model name", "model", "cpu family", "flags", "features", "cpu implementer", "cpu part")
    return (line for line in lines if line.partition(":")[0].strip().lower() in kept)


def _chosen(environment: MutableMapping[str, str], name: str) -> KernelCache:
    refused: list[Path] = []
    for parent in _parents(environment):
        if _is_writable(parent / name):
            remark = f"Compiled kernels cannot be kept in {refused[0]}; they are kept in {parent}." if refused else ""
            return KernelCache(parent / name, remark)
        refused.append(parent)
    folder = _temporary(name)
    told = " or ".join(map(str, refused)) or "a folder for caches, for there is none"
    return KernelCache(folder, f"Compiled kernels cannot be kept in {told}; they are kept in {folder.parent} until that is cleared.")


def _parents(environment: MutableMapping[str, str]) -> Iterator[Path]:
    """Folders in which to keep kernels, the one to be preferred first; nothing is taken that is not an absolute path."""
    given = environment.get(VARIABLE, "")
    if given:
        asked = Path(given).absolute()
        yield asked.parent if asked.name.startswith(PREFIX) else asked
    for folder in (environment.get("XDG_CACHE_HOME", ""), str(Path(environment.get("HOME", "")) / ".cache")):
        if Path(folder).is_absolute():
            yield Path(folder) / "hazecast"
            return


def _is_writable(folder: Path) -> bool:
    """Whether it is there, or can be made, and takes files."""
    try:
        folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError:
        return False
    return True


def _temporary(name: str) -> Path:
    """A folder for temporary files that is ours alone: code that is loaded from it is run."""
    mine = Path(tempfile.gettempdir()) / f"hazecast-{os.getuid()}"
    with suppress(OSError):
        mine.mkdir(mode=PRIVATE, exist_ok=True)
        found = mine.lstat()
        is_mine = not mine.is_symlink() and found.st_uid == os.getuid() and not found.st_mode & 0o077
        if is_mine and _is_writable(mine / name):
            return mine / name
    folder = Path(tempfile.mkdtemp(prefix="hazecast-")) / name
    folder.mkdir(mode=PRIVATE)
    return folder
