"""What a monitoring agency is told of its observations: a page with pictures, and tables."""
