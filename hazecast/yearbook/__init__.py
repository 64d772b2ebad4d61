"""What a year was like, from the observations that are there: for yearbooks, never for a forecast."""
