"""What happens to the air's load, one process a file; the integrator knows none of them."""
