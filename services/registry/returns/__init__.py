"""Returns: an authority asks its facilities for their data of a period by a day; who has handed in, when, how complete, and who is late."""
