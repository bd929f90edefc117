"""What a pickle calls while it is loaded, and which of these calls are known to be safe."""
