"""The transport model: emission carried by the wind, mixed, transformed and lost, and told apart by where it came from."""
