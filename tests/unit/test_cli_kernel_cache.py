"""Where compiled kernels are kept: what asks for its own folder, and what is done where that cannot be written to."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import numba
import pytest

from hazecast.cli import kernel_cache
from hazecast.cli.kernel_cache import PREFIX, VARIABLE, KernelCache, folder_in_use, identity, use_kernel_cache


@pytest.fixture(autouse=True)
def _before_numba(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """As a command finds it: numba is not imported yet."""
    monkeypatch.delitem(sys.modules, "numba", raising=False)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    identity.cache_clear()
    yield
    identity.cache_clear()


def chosen(environment: dict[str, str]) -> KernelCache:
    found = use_kernel_cache(environment)
    assert found is not None
    assert environment[VARIABLE] == str(found.folder)
    assert found.folder.is_dir()
    return found


def unwritable(folder: Path) -> Path:
    """A folder that cannot even be made, for a file is in the way; this holds for root too."""
    folder.write_text("")
    return folder / "below"


def test_the_users_folder_for_caches_is_taken(tmp_path: Path) -> None:
    home = chosen({"HOME": str(tmp_path)})
    assert home == KernelCache(tmp_path / ".cache" / "hazecast" / (PREFIX + identity()))
    elsewhere = chosen({"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "xdg")})
    assert elsewhere.folder.parent == tmp_path / "xdg" / "hazecast"


def test_a_folder_that_was_asked_for_is_taken_and_named_once(tmp_path: Path) -> None:
    environment = {VARIABLE: str(tmp_path / "asked")}
    assert chosen(environment).folder == tmp_path / "asked" / (PREFIX + identity())
    assert chosen(environment).folder == tmp_path / "asked" / (PREFIX + identity()), "a program that this one starts takes the same"
    inherited = {VARIABLE: str(tmp_path / "asked" / f"{PREFIX}of-another-python")}
    assert chosen(inherited).folder == tmp_path / "asked" / (PREFIX + identity())


def test_where_the_first_choice_cannot_be_written_to_the_next_is_taken_and_told(tmp_path: Path) -> None:
    asked = unwritable(tmp_path / "file")
    found = chosen({VARIABLE: str(asked), "HOME": str(tmp_path)})
    assert found.folder.parent == tmp_path / ".cache" / "hazecast"
    assert str(asked) in found.remark
    assert str(found.folder.parent) in found.remark


def test_with_nowhere_to_keep_kernels_a_temporary_folder_of_ones_own_is_taken(tmp_path: Path) -> None:
    found = chosen({"HOME": str(unwritable(tmp_path / "home"))})
    assert found.folder.parent == tmp_path / "temporary" / f"hazecast-{os.getuid()}"
    assert found.folder.parent.stat().st_mode & 0o777 == 0o700
    assert "until that is cleared" in found.remark
    assert chosen({}).folder == found.folder


@pytest.mark.parametrize("trap", ["open to others", "a link"])
def test_code_is_not_loaded_from_a_temporary_folder_that_others_can_write_to(trap: str, tmp_path: Path) -> None:
    mine = tmp_path / "temporary" / f"hazecast-{os.getuid()}"
    if trap == "a link":
        (tmp_path / "theirs").mkdir(mode=0o700)
        mine.symlink_to(tmp_path / "theirs")
    else:
        mine.mkdir()
        mine.chmod(0o777)
    found = chosen({})
    assert mine not in found.folder.parents
    assert found.folder.parent.stat().st_mode & 0o777 == 0o700


def test_once_numba_is_imported_nothing_is_changed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "numba", numba)
    environment = {"HOME": str(tmp_path)}
    assert use_kernel_cache(environment) is None
    assert environment == {"HOME": str(tmp_path)}
    assert folder_in_use(environment) is None


def test_the_folder_in_use_is_the_one_that_was_named(tmp_path: Path) -> None:
    environment = {"HOME": str(tmp_path)}
    assert folder_in_use(environment | {VARIABLE: str(tmp_path)}) is None
    assert chosen(environment).folder == folder_in_use(environment)


def test_other_kernels_or_another_processor_have_a_folder_of_their_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen = [identity()]
    kernel = tmp_path / "kernels.py"
    for change in ("x = 1", "x = 2"):
        kernel.write_text(change)
        monkeypatch.setattr(kernel_cache, "_kernel_files", lambda _: [kernel])
        identity.cache_clear()
        seen.append(identity())
    processor = tmp_path / "cpuinfo"
    for flags in ("sse2 avx2", "sse2 avx2 avx512f"):
        processor.write_text(f"processor\t: 0\nmodel name\t: One\nflags\t\t: {flags}\ncpu MHz\t\t: 3000.0\n\nprocessor\t: 1\n")
        monkeypatch.setattr(kernel_cache, "PROCESSOR", processor)
        identity.cache_clear()
        seen.append(identity())
    assert len(set(seen)) == len(seen)


def test_the_clock_of_a_processor_does_not_make_it_another(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    processor = tmp_path / "cpuinfo"
    monkeypatch.setattr(kernel_cache, "PROCESSOR", processor)
    seen = set()
    for clock in (800, 3000):
        processor.write_text(f"model name\t: One\nflags\t\t: avx2\ncpu MHz\t\t: {clock}\n\n")
        identity.cache_clear()
        seen.add(identity())
    assert len(seen) == 1


def test_every_module_of_kernels_counts(repository: Path) -> None:
    package = repository / "hazecast"
    compiled = {file for file in package.rglob("*.py") if "njit" in file.read_text(encoding="utf-8") and "cli" not in file.parts}
    assert compiled
    assert compiled <= set(kernel_cache._kernel_files(package))
