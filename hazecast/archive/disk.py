"""What survives a power cut."""

import os
from pathlib import Path


def sync(path: Path) -> None:
    """Return once the file, or the names in the folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
