"""Where people meet hilt."""
