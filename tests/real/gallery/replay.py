"""An episode run as a forecaster would have run it: settings, a model, and one cycle a day with its bulletins."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from hazecast.config import Settings, load_settings
from tests.real.gallery.episode import Episode


def replay(episode: Episode, data: Path, work: Path, told: Callable[[str], None]) -> Settings:
    """Run what is not yet run of an episode in the folder `work`; a cycle that is done is not run again."""
    work.mkdir(parents=True, exist_ok=True)
    file = work / f"{episode.key}.toml"
    if not file.exists():
        _begin(episode, data / episode.data, file)
    settings = load_settings(file)
    if not any((settings.output.archive / "models").glob("*/card.json")):
        told(f"{episode.title}: learning")
        _hazecast("train", "--config", str(file), "--as-of", f"{episode.learnt_until:%Y-%m-%dT%H}")
    for day in episode.days:
        told(f"{episode.title}: {day}")
        _hazecast("run", "--config", str(file), "--cycle", f"{day}T00")
    return settings


def cycle_folder(settings: Settings, episode_day: str) -> Path:
    """Where the products of the cycle of a day such as 20130112 are."""
    return settings.output.archive / f"{episode_day}T00Z"


def _begin(episode: Episode, data: Path, file: Path) -> None:
    weather = ("--meteorology", str(data / "meteorology.nc")) if episode.gridded else ()
    _hazecast("init", "--observations", str(data / "observations"), *weather, "--out", str(file))
    text = file.read_text(encoding="utf-8")
    for key, value in (
        ("kind", '"analysis"'),
        ("languages", '["zh", "en", "ja"]'),
        ("edition", f'"{episode.edition}"'),
        ("sender", '"gallery.hazecast.invalid"'),
    ):
        text, found = re.subn(rf"^{key} = (\"[^\"]*\"|\[[^\]]*\])", f"{key} = {value}", text, count=1, flags=re.MULTILINE)
        if not found:
            raise ValueError(f"{file} has no line {key} = …; see what `hazecast init` writes now.")
    file.write_text(text, encoding="utf-8")


def _hazecast(*words: str) -> None:
    subprocess.run([sys.executable, "-m", "hazecast", *words], check=True, stdout=subprocess.DEVNULL)
