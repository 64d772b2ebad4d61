"""The checks, one family a file: arrays in, places that are not to be trusted out."""
