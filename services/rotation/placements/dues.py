"""What falls due about a placement, and who must act: the convention, a visa that ends, an arrival and a return that nobody confirms (EXC-06)."""

from datetime import date, timedelta
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from services.rotation.dues.events import DueChanged
from services.rotation.placements.guards import convention_due_on
from services.rotation.placements.models import Placement
from services.rotation.placements.workflow import AWAY, ENDED, SELECTED
from services.rotation.rules import PACKS
from shared.dues import due_id
from shared.events import record_event

State = Literal["open", "done", "dropped"]
NOTICE = timedelta(days=30)


def tell_dues(session: AsyncSession, placement: Placement) -> None:
    """Say again what is awaited, now that something has changed; what was never open and is not now is told of nobody."""
    warning = PACKS.pinned(str(placement.host_pack)).rule("EXC-06").value
    convention, visa = placement.paper("convention"), placement.paper("visa")
    due_on = convention_due_on(placement)
    if placement.decided_on is not None:
        waits = placement.state == SELECTED and convention is None
        _tell(session, placement, "placement_convention", "open" if waits else "done", due_on, due_on - NOTICE, placement.home_code)
    if visa is not None and visa.valid_until is not None:
        waits = placement.state in (SELECTED, *AWAY)
        _tell(session, placement, "placement_visa", "open" if waits else "done", visa.valid_until, visa.valid_until - timedelta(days=warning["visa"]), placement.host_code)
    if placement.departed_on is not None:
        awaited = max(placement.departed_on, placement.starts_on) + timedelta(days=warning["arrival"])
        _tell(session, placement, "placement_arrival", "open" if placement.arrived_on is None and placement.state in AWAY else "done", awaited, awaited, placement.host_code)
        back = placement.last_day + NOTICE
        _tell(session, placement, "placement_return", "open" if placement.state in (*AWAY, ENDED) else "done", back, placement.last_day, placement.home_code)


def _tell(session: AsyncSession, placement: Placement, kind: str, state: State, due_on: date, warn_on: date, facility_code: str) -> None:
    record_event(
        session,
        DueChanged(
            authority_path=placement.authority_path,
            shared_with=placement.shared_with,
            id=due_id(kind, placement.id),
            kind=kind,
            subject_id=placement.id,
            path=f"/exchange-placements/{placement.id}",
            facility_code=facility_code,
            person_id=placement.person_id,
            due_on=due_on,
            warn_on=warn_on,
            responsible="facility-hr-officer",
            state=state,
            facts={"giver": placement.home_code, "receiver": placement.host_code},
        ),
    )
