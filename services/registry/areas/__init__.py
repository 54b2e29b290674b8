"""Administrative areas through time, and what became of each when boundaries changed."""
