"""The regions whose part in the air is told apart, as the settings name them."""
