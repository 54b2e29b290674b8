"""What people ask of the administration: within a legal delay, which rests while documents are missing."""
