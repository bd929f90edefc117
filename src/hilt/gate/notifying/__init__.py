"""Letters and webhooks: who is told of what, and what could not be delivered."""
