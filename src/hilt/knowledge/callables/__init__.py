"""What a pickle calls while it is loaded, and which of these calls are known to be safe."""

INDEX_VERSION = "2026.11.21"
"""Of the index of callables; stands in every report. Bump it here, then build the index anew."""
