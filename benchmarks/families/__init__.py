"""Families of models made from real ones: bases, what may be done to a model, and the files it may be kept in."""
