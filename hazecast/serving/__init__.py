"""A machine that is always on: it starts cycles and jobs in processes of their own, looks after them, and says how it fares."""
