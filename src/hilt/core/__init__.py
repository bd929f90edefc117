"""The words of hilt as frozen dataclasses, its limits and its errors. Standard library only, no I/O."""
