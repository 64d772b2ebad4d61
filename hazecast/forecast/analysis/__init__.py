"""The analysis: a background drawn to what stations observed, as far as the errors of both say."""
