"""Cases and what people decide of them: what a verdict leaves to people, what was said before, and what holds today."""
