"""What is told no more is closed for those who heard it, and forgets of whom it spoke."""

from typing import Any
from uuid import uuid4

from sqlalchemy import text

from services.appointment.consumers import consumer
from services.appointment.dues.events import DueChanged
from shared.db import worker_session
from shared.dues import due_id
from shared.events import record_event
from shared.migrate import closing_of_dues, split
from tests.appointment.test_commitments import announced
from tests.appointment.world import decision_request, facility
from tests.support.api import Api
from tests.support.hearing import hear

KINDS = ("commitment_to_assess", "repayment_due")


async def told(kind: str, *states: str) -> None:
    subject = uuid4()
    about: dict[str, Any] = {"id": due_id(kind, subject), "kind": kind, "subject_id": subject, "path": f"/commitments/{subject}", "authority_path": "VN.VN-22.VN-22-BVT"}
    about |= {"facility_code": "VN-22-BVT", "person_id": uuid4(), "due_on": "2025-10-01", "warn_on": "2025-09-01", "responsible": "regional-administrator"}
    async with worker_session() as session:
        for state in states:
            record_event(session, DueChanged.model_validate(about | {"state": state, "facts": {"origin": "training"}}))


async def close() -> None:
    async with worker_session() as session:
        connection = await session.connection()
        for statement in split(closing_of_dues("appointment", *KINDS)):
            await connection.exec_driver_sql(statement)


async def test_what_stands_open_is_dropped_once(api: Api) -> None:
    await told("repayment_due", "open")
    await told("commitment_to_assess", "open", "dropped")
    await told("commitment_ends", "open")
    for _twice in range(2):
        await close()
        dues = [due for _, due in await announced("dues")]
        assert [(due["kind"], due["state"]) for due in dues] == [
            ("repayment_due", "open"),
            ("commitment_to_assess", "open"),
            ("commitment_to_assess", "dropped"),
            ("commitment_ends", "open"),
            ("repayment_due", "dropped"),
        ]
        assert [(due["person_id"] is None, due["facts"] == {}) for due in dues] == [(kind != "commitment_ends",) * 2 for kind in (due["kind"] for due in dues)]
    async with worker_session() as session:
        rows = await session.execute(text("SELECT version, type, published_at FROM outbox WHERE topic = 'relais.appointment.dues' AND data LIKE '%repayment_due%' ORDER BY seq"))
        assert [(row.version, row.type, row.published_at) for row in rows] == [(1, DueChanged.type, None), (2, DueChanged.type, None)]


async def test_a_removal_falls_due_without_saying_of_whom(api: Api) -> None:
    """Its reason may be discipline, which no topic carries."""
    await hear(consumer, facility(), decision_request(uuid4(), kind="removal"), decision_request(uuid4()))
    dues = [due for _, due in await announced("dues")]
    assert [(due["person_id"] is None, "decision_kind" in due["facts"]) for due in dues] == [(True, False), (False, True)]
