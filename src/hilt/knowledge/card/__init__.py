"""What cards say of the models they describe: their front matter, their sections, their tables of results."""
