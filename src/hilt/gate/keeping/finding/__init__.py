"""What the library has, found by what is known of it."""
