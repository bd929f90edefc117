"""The bytes of models, each kept once under its SHA-256, and which files a repository has at a commit."""
