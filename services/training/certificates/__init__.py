"""Certificates with a number without gap and a public check."""
