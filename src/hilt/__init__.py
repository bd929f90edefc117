"""hilt: one gate for open AI models."""
