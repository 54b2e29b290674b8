"""Bulk import: a file is read, judged line by line and reported; only what is confirmed is written."""
