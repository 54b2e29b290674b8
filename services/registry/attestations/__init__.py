"""Attestations of employment and of service: numbered, printed in three languages, checked by anybody who holds one."""
