"""What it takes to run a model: the memory it asks for, how fast it is, and what that costs."""
