"""Institutes of initial training: accreditations, campuses, seats by stream and year, and conventions between public and private."""
