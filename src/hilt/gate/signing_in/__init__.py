"""Who somebody is that comes over HTTP: accounts, sessions, tokens, invitations and providers."""
