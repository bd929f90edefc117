"""Where weights come from, stated."""
