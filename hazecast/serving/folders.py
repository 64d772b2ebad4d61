"""Whether anything has come into the folders of the settings, told without a look into any file."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from hazecast.config import Settings


def watched_paths(settings: Settings) -> tuple[Path, ...]:
    """The files and folders that inputs come in."""
    named = (settings.meteorology.path, settings.observations.path, settings.base_forecast.path)
    return tuple(path for path in (*named, settings.emissions.path, settings.emissions.population) if path is not None)


def listing_digest(paths: tuple[Path, ...]) -> str:
    """A hash of the names, sizes and times of all files below `paths`; one that cannot be looked at counts as not there."""
    digest = hashlib.sha256()
    for path in paths:
        for line in sorted(_lines(path)):
            digest.update(line.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _lines(path: Path) -> Iterator[str]:
    try:
        if not path.is_dir():
            yield _line(os.fspath(path), path.stat())
            return
        for folder, _folders, names in os.walk(path):
            for name in names:
                yield _line(entry := os.path.join(folder, name), os.stat(entry))  # noqa: PTH116, PTH118 - thousands of them each minute
    except OSError:
        return


def _line(path: str, stat: os.stat_result) -> str:
    return f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\0{stat.st_ino}\n"
