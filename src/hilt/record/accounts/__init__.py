"""Accounts: how people sign in at a server, and with which key they sign there. No part of the log, and proven by nothing."""
