"""What the pages tell of many things at once: models, entries, the estate, what changed and what a policy would change."""
