"""What the process beside does: one piece of work, and an end when nobody waits for it any more."""

import os
import pickle
import signal
import sys
from threading import Thread

from hazecast.beside.process import LENGTH_BYTES


def serve() -> None:
    """Read a function and its arguments from standard input, and write what comes of them to standard output."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever asked
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library may print
    size = int.from_bytes(sys.stdin.buffer.read(LENGTH_BYTES), "little")
    asked = sys.stdin.buffer.read(size)  # all of it before anything is imported: whoever asked waits until it is written
    Thread(target=_end_with_asker, daemon=True).start()
    work, arguments = pickle.loads(asked)
    pickle.dump(work(*arguments), replies, pickle.HIGHEST_PROTOCOL)
    replies.flush()
    os._exit(0)  # the thread that listens would hold up an orderly end


def _end_with_asker() -> None:
    while os.read(0, 1):
        pass
    os._exit(1)
