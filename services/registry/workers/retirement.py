"""When somebody retires: a schedule by month of birth and sex, never a constant (REG-05)."""

from calendar import monthrange
from datetime import date
from itertools import takewhile
from typing import Any

from services.registry.rules import pack_of
from shared.calendars import add_months
from shared.errors import Refused


def retirement_of(born: date | None, sex: str, rule: dict[str, Any]) -> date | None:
    """The last day of the month in which the age is reached; None when birth or sex is not known. A bare year of birth is its first of January."""
    schedule: dict[str, int] | None = rule["birth_months"].get(sex)
    if born is None or schedule is None:
        return None
    month = f"{born:%Y-%m}"
    passed = list(takewhile(lambda start: start <= month, sorted(schedule)))
    reached = add_months(born, schedule[passed[-1]] if passed else rule["before"][sex])
    return reached.replace(day=monthrange(reached.year, reached.month)[1])


def retirement_on(authority_path: str, born: date | None, sex: str, day: date) -> date | None:
    """By the schedule in force in the country of the authority; None where no schedule is known."""
    try:
        rule = pack_of(authority_path.partition(".")[0], day).rules.get("REG-05")
    except Refused:
        return None
    return retirement_of(born, sex, rule.value) if rule else None
