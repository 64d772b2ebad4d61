"""Cycles of the past, run again as they would have run then: planned, given to workers, and put together."""
