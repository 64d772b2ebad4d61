"""Air quality indices: editions of the standards as data, the index of a concentration, and the primary pollutant."""
