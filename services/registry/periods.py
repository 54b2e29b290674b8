"""Dates of periods as people say them: the first and the last day, both whole (R-INCLUSIVE)."""

from datetime import date, timedelta

from sqlalchemy.dialects.postgresql import Range


def period(first: date | None, last: date | None) -> Range[date]:
    """A period from its first to its last day; nothing means open."""
    return Range(first, last + timedelta(days=1) if last else None, bounds="[)")


def first_day(valid: Range[date]) -> date | None:
    return valid.lower


def last_day(valid: Range[date]) -> date | None:
    return valid.upper - timedelta(days=1) if valid.upper else None
