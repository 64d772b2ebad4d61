"""Sources of weather and monitoring data: one source a file, each with its own lexicon. They read, and compute nothing."""
