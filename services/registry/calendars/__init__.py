"""Calendars of a unit or of oneself, read by a calendar programme: who is away when, never why."""
