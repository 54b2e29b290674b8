"""Health territories: a territorial health group, a hospital group, the area of a pool, a network of satellites, as named sets with dates."""
