"""The family `provenance`: who signed the files of a subject, and what a hub stated of them."""
