"""Enrolment, attendance by half-day, and marks."""
