"""Gridded emission inventories, one format a file, and what stands in where there is none."""
