"""Continuing education: what each person earned against what is asked."""
