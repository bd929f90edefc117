"""One file for each page: what it shows, and who answers for it."""
