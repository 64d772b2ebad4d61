"""Gridded fields: weather, and the base forecasts of other models. One format a file, each with its own lexicon."""
