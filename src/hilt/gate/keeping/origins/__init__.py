"""Where repositories come from: hubs and folders, which of them a name belongs to, and which commit a revision means there."""
