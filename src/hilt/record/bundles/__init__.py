"""Bundles: what one log has of one subject, in a file that proves itself elsewhere."""
