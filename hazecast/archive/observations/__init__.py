"""What monitoring stations reported, kept as of arrival: a value, a correction of it and a late one are three facts; see docs/memory.md."""
