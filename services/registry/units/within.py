"""A unit stands for all that hangs below it."""

from typing import Any

from sqlalchemy import Select, func, select


def units_within(unit_id: Any, day: Any) -> Select[Any]:
    """Ids of a unit and of all that hangs below it on a day, for a statement."""
    return select(func.units_within(unit_id, day).column_valued("unit"))
