"""Where data are fetched from: one source a file, listed in `table`."""
