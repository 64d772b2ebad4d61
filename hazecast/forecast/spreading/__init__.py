"""From corrected stations to the whole lattice, by distances that depend on the wind and the ground, with what is left uncertain."""
