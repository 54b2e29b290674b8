"""Months of service promised for a stay abroad: signed before the departure, they run from the return (EXC-05)."""

from typing import Any
from uuid import UUID, uuid4

from services.appointment.consumers import consumer
from tests.appointment.test_commitments import Creditor, creditor
from tests.appointment.world import REMOTE, known
from tests.support.hearing import Message, hear, message

__all__ = ["creditor"]


def stay(kind: str, placement: UUID, **changes: Any) -> Message:
    """Twelve months of service for six months of stay."""
    body = {
        "id": str(placement),
        "person_id": str(known("Ánh")),
        "home_code": REMOTE,
        "authority_path": f"VN.VN-22.{REMOTE}",
        "ends_on": "2025-06-30",
        "ended_on": None,
        "returned_on": None,
        "months_due": 12,
        "committed_on": "2024-11-20",
        "benefit_amount": 660_000,
        "currency": "EUR",
        "done_on": "2025-01-05",
    }
    return message("relais.rotation.placements", f"rotation.placement.{kind}.v1", body | changes)


async def test_the_months_run_from_the_return(creditor: Creditor) -> None:
    placement = uuid4()
    await hear(consumer, stay("departed", placement))
    assert (await creditor.read("/commitments", source_id=str(placement)))["items"] == []  # nobody serves while away
    await hear(consumer, stay("returned", placement, returned_on="2025-05-12", done_on="2025-05-12"))
    [runs] = (await creditor.read("/commitments", source_id=str(placement)))["items"]
    assert (runs["state"], runs["starts_on"], runs["ends_on"], runs["months_due"], runs["amount"], runs["currency"]) == ("running", "2025-05-12", "2026-05-11", 12, 660_000, "EUR")


async def test_whoever_stays_away_is_looked_at(creditor: Creditor) -> None:
    placement = uuid4()
    await hear(consumer, stay("stayed", placement, ended_on="2025-06-30", done_on="2025-07-10"))
    [found] = (await creditor.read("/commitments", source_id=str(placement)))["items"]
    assert found["leaving_on"] == "2025-06-30"


async def test_nothing_promised_opens_nothing(creditor: Creditor) -> None:
    placement = uuid4()
    await hear(consumer, stay("returned", placement, months_due=0, returned_on="2025-05-12"))
    assert (await creditor.read("/commitments", source_id=str(placement)))["items"] == []
