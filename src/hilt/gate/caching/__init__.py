"""The parts of the verb `cache`: digests, what the record knows of files, how models stand, and the quarantine."""
