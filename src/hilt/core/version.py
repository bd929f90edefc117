"""The version of hilt."""

__version__ = "0.1.0"
