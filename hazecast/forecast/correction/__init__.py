"""The learnt correction: what is fitted, how sure it is, and what it does when an input lacks."""
