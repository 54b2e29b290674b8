"""Bulk extracts for ministries: persons, posts, assignments and the directory, streamed whole or as what changed, under pseudonyms unless names are granted."""
