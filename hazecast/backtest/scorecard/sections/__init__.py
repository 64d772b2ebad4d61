"""The parts of the scorecard, one a file: what each says, shows and lists."""
