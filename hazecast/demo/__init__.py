"""A winter episode that the program makes by itself, and nothing in it was ever measured."""
