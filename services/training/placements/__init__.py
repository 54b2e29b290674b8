"""Clinical placements: how many students a unit takes, and which groups of which institute are there."""
