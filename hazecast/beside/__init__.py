"""Work that a process of its own does while this one goes on."""
