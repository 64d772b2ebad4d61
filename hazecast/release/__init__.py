"""How a bulletin that waited goes out: by a person's decision, or by itself when its time has come."""
