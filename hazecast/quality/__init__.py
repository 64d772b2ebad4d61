"""How far each observed value can be trusted, and why."""
