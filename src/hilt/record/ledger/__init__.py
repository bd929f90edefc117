"""The log: a Merkle tree of RFC 6962 over signed statements, with the tiles, checkpoints and proofs of C2SP."""
