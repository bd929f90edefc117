"""The index of known models: a file of fingerprints, in which the relatives of a model are found by its weights.

`file.py` says what the file is, `keys.py` by which keys a model is found in it, `search.py` how. What shares enough keys is
then compared by its whole fingerprint, and that comparison alone says who is related, and how.

A pack is an index that somebody else made. What it says of models (names, licences, that one is stale) is that person's
word; that its keys are those of its fingerprints is checked before anything is taken from it. What an index holds already
stays as it is.
"""
