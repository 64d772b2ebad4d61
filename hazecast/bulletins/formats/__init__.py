"""The bulletin for machines: one format a file, listed in `documents.py`."""
