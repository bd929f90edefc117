"""Backups: all of a record that nothing else can be made from, in one file for every database."""
