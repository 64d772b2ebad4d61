"""The readings of monitoring stations. One source a file, each with its own lexicon."""
