"""What laws ask of a model, stated: what it was trained with, what it makes, what its publisher tells."""
