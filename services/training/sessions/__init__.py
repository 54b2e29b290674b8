"""Sessions: several dates and places, seats, trainers and cost."""
