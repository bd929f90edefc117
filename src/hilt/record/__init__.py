"""What is remembered: the log, and the registry that is made from it."""
