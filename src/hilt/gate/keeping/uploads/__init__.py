"""Repositories of our own: what is sent, by commits, as large files and by xet, and what becomes of it."""
