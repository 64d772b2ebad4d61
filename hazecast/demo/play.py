"""Sets the stage for the demo: an episode on disk, and the settings that `hazecast init` would write for it."""

import fcntl
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hazecast.config import Settings
from hazecast.demo.duty import with_desk
from hazecast.demo.episode import write_episode
from hazecast.errors import SettingsError
from hazecast.survey.settings_file import settings_text
from hazecast.survey.survey import survey

LEARNING_ROWS = 8_000  # enough for one winter that was made up
MARK = ".made-by-hazecast-demo"
TITLES = {
    "zh": "华北平原霾预报（虚构个例）",
    "en": "Haze forecast for the North China Plain (made up)",
    "ja": "華北平原の煙霧予報（架空の事例）",
}


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the demo's settings stand, what they are, and the cycle to run."""

    settings_file: Path
    settings_text: str
    settings: Settings
    init_time: datetime


def home_of(folder: Path, seed: int) -> Path:
    """Where the winter of `seed` is played below `folder`."""
    return folder / f"winter-{seed}"


@contextmanager
def alone(folder: Path, seed: int) -> Iterator[None]:
    """No other demo plays the winter of `seed` below `folder` meanwhile, nor shows it at a desk; raises SettingsError where one does.

    Each makes the winter afresh, and would take away what the other one shows. The lock of a demo that died is free.
    """
    home = home_of(folder, seed)
    with ExitStack() as held:
        try:
            lock = held.enter_context(home.with_name(f".{home.name}.lock").open("wb"))
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            raise SettingsError(
                f"Another demo is at work in {home}, or serves its desk.", "End that one with Ctrl-C, or choose another folder with --out."
            ) from busy
        except OSError as refused:
            raise SettingsError(f"{folder} cannot be written to: {refused.strerror}.", "Choose another folder with --out.") from refused
        yield


def prepare(folder: Path, seed: int, progress: Callable[[str, float], None], desk_address: str = "") -> Stage:
    """Make the episode of `seed` below `folder`, afresh; raises SettingsError for a folder that the demo did not make.

    With a `desk_address`, the bulletin waits for a person at the desk there, and goes into mailboxes inside the folder.
    """
    home = home_of(folder, seed)
    if home.exists():
        if not (home / MARK).is_file():
            raise SettingsError(f"{home} is there, and not of the demo's making.", "Choose another folder with --out.")
        shutil.rmtree(home)
    home.mkdir(parents=True)
    (home / MARK).touch()
    episode = write_episode(home / "data", seed, progress)
    file = home / "settings.toml"
    found = survey(episode.meteorology, episode.observations, file).settings
    site = found.site.model_copy(update={"titles": TITLES, "exercise": True})
    settings = found.model_copy(update={"site": site, "forecast": found.forecast.model_copy(update={"learning_rows": LEARNING_ROWS})})
    settings = with_desk(settings, desk_address, home / "mail") if desk_address else settings
    return Stage(file, settings_text(settings, home), settings, episode.init_time)
