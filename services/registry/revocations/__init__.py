"""Tokens that are refused before they end: of a client that was revoked, of an account that was closed or lost a role."""
