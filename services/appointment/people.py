"""People named by the number that their authority gave them, as files and paper name them."""

from collections.abc import Collection
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from shared.directory import Work, works_of_numbers
from shared.errors import Malformed
from shared.i18n import _


async def numbered(session: AsyncSession, worker_nos: Collection[str], day: date) -> dict[str, Work]:
    """Where these people work on a day; a number that two people bear names nobody."""
    found: dict[str, Work] = {}
    twice: set[str] = set()
    for (_facility, number), work in (await works_of_numbers(session, set(worker_nos), day)).items():
        if number in found and found[number].person_id != work.person_id:
            twice.add(number)
        found[number] = work
    return {number: work for number, work in found.items() if number not in twice}


def must_be_known(work: Work | None, number: str | None, field: str) -> Work:
    """Raises Malformed, naming the field."""
    if work is None:
        raise Malformed.field(field, _("No worker of yours has the number {number} on that day."), number=number or "")
    return work
