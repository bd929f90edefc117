"""Where bytes come from: a folder, a file, a folder of a hub cache. `references` holds the list."""
