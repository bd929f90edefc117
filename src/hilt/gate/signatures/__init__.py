"""Signatures of models: the files that are signed, who signed, and what that is worth."""
