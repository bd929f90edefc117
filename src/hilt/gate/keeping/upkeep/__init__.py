"""What is kept, looked after: packed, rebuilt, repaired, carried elsewhere, and put on object storage."""
