"""The family `inspect`: what the files of a subject hold and what they would do when loaded."""
