"""Cities that hazecast knows by name in three languages, and the cities and provinces of China and Japan that work together."""
