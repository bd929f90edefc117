"""Who made these files: signatures of OpenSSF Model Signing v1.0, read, verified and written. Bytes in, dataclasses out.

To verify: `verify.read(data, limits)` gives an `Unverified` signature, or raises `FormatError`.
Its `statement` tells what to compute: `algorithm`, and `shard_size` (0 for whole files); `comparing.to_digest(statement, sizes)`
tells of which files, and `manifest.pieces(size, shard_size)` of which bytes of them. `verify.verify(signature, files, signers, now,
signatures=...)` takes a `manifest.File(path, size, digests)` for each file that is there, and gives a `Result`: `state`,
`reasons` in words, `signers`, `until`, and `differences`.

To sign: `manifest.build(name, files, ...)`, `keys.read_private_key(pem, password)`, `certificates.read_pem(pem)` for a chain, then
`sign.sign(statement, key, chain)`, the bytes of `model.sig`.

Keyless signatures are read here; `verify(..., keyless=...)` takes the function that verifies them, with the `sigstore` extra.
"""
