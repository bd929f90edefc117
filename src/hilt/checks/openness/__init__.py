"""How open the subject is: what of a release is there, and under which terms."""
