"""A witness over HTTP: one call, by which a log has its checkpoints signed."""
