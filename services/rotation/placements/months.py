"""How long a stay is."""

from datetime import date

from shared.calendars import add_months, period_end

HALF_A_MONTH = 15


def whole_months(first: date, last: date) -> int:
    """Months of a stay that counts both its days; a rest of 15 days or more is one month (R-MONTH)."""
    months = 0
    while period_end(first, months + 1) <= last:
        months += 1
    return months + ((last - add_months(first, months)).days + 1 >= HALF_A_MONTH)
