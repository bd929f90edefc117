"""Work that a server carries out beside its answers: checks, uploads, and other jobs."""
