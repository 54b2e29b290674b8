"""The mentoring logbook: who teaches which act to whom, at which level each was found, and how far a facility is from what it needs."""
