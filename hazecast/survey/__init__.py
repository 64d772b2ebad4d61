"""A look at a user's data, and the settings that follow from it."""
