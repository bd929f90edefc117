"""What a server that people use keeps beside the record."""
