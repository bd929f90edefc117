"""How open a release is: the Model Openness Framework, OSAID 1.0, and what of a repository is evidence for them."""
