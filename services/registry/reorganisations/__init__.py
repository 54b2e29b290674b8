"""Reorganisations: acts on areas, facilities and posts that are looked at before, done together on a day, and undone while nothing was built on them."""
