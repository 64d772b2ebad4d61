"""What a test's server leaves behind."""

import gc
import warnings


def drop_what_was_left_open() -> None:
    """Connections that clients broke off outlive an event loop that has stopped; they are closed here, and not in some later test."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
