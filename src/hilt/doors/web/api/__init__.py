"""The verbs for programs: POST /api/<verb>, JSON in and JSON out."""
