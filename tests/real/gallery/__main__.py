"""Entry of `python -m tests.real.gallery DATA OUT [WORK]`: the real cases, where the pages go, and a folder for the runs."""

import sys
import tempfile
from pathlib import Path

from tests.real.gallery.episode import EPISODES
from tests.real.gallery.page import write_page
from tests.real.gallery.replay import replay
from tests.real.gallery.story import story_of


def main() -> None:
    """Replay every episode and write its pages; with WORK, what was run before is not run again."""
    data, out = Path(sys.argv[1]), Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        work = Path(sys.argv[3]) if len(sys.argv) > 3 else Path(folder)
        for episode in EPISODES:
            settings = replay(episode, data.resolve(), work, lambda text: print(text, file=sys.stderr, flush=True))
            write_page(story_of(episode, settings), out / episode.key)


if __name__ == "__main__":
    main()
