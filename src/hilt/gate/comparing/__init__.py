"""Weights held against others: what is read of them, and which are asked for."""
