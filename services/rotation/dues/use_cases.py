"""What falls due in rotation, and who must act: agreements that end, visits without a word, reports and follow-ups."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal, TypedDict

from sqlalchemy.ext.asyncio import AsyncSession

from services.rotation.dues.events import DueChanged
from services.rotation.rules import pack_of
from shared.clock import today
from shared.dues import due_id
from shared.events import record_event

if TYPE_CHECKING:
    from services.rotation.agreements.models import Agreement
    from services.rotation.missions.models import Mission
    from services.rotation.techniques.models import Transfer

State = Literal["open", "done", "dropped"]


class _Sharing(TypedDict):
    authority_path: str
    shared_with: list[str]


def _of(record: "Agreement | Mission | Transfer") -> _Sharing:
    return {"authority_path": record.authority_path, "shared_with": record.shared_with}


def agreement_ends(session: AsyncSession, agreement: "Agreement", state: State = "open") -> None:
    """An agreement that ends is renewed, or left to end, in good time."""
    notice = pack_of(agreement.giver_code, agreement.drafted_on).rule("ROT-NOTICE").value  # RP-01: of the day on which it was opened here
    record_event(
        session,
        DueChanged(
            **_of(agreement),
            id=due_id("agreement_ends", agreement.id),
            kind="agreement_ends",
            subject_id=agreement.id,
            path=f"/agreements/{agreement.id}",
            facility_code=agreement.giver_code,
            due_on=agreement.ends_on,
            warn_on=agreement.ends_on - timedelta(days=notice),
            responsible="regional-administrator",
            state=state,
            facts={"giver": agreement.giver_code, "receiver": agreement.receiver_code, "model": agreement.model},
        ),
    )


def agreement_over(session: AsyncSession, agreement: "Agreement") -> None:
    """Nothing is left to renew."""
    agreement_ends(session, agreement, "done")


def visits_due(session: AsyncSession, agreement: "Agreement", month_end: date | None, silent: int) -> None:
    """The first month that still has promised visits without a word; none is left when there is no such month."""
    day = month_end or today()
    record_event(
        session,
        DueChanged(
            **_of(agreement),
            id=due_id("visit_due", agreement.id),
            kind="visit_due",
            subject_id=agreement.id,
            path=f"/agreements/{agreement.id}/visits",
            facility_code=agreement.giver_code,
            due_on=day,
            warn_on=day,
            responsible="facility-hr-officer",
            state="open" if month_end else "done",
            facts={"giver": agreement.giver_code, "receiver": agreement.receiver_code, "visits": silent},
        ),
    )


def report_due(session: AsyncSession, mission: "Mission", side: str, due_on: date, state: State = "open") -> None:
    """The one who went and the facility that received report on a mission that ended."""
    kind = "mission_report_giver" if side == "worker" else "mission_report_receiver"
    record_event(
        session,
        DueChanged(
            **_of(mission),
            id=due_id(kind, mission.id),
            kind=kind,
            subject_id=mission.id,
            path=f"/missions/{mission.id}/reports/{side}",
            facility_code=mission.giver_code if side == "worker" else mission.receiver_code,
            person_id=mission.person_id,
            due_on=due_on,
            warn_on=mission.ended_on or mission.ends_on,
            responsible="facility-hr-officer",
            state=state,
            facts={"giver": mission.giver_code, "receiver": mission.receiver_code},
        ),
    )


def recall_due(session: AsyncSession, mission: "Mission", due_on: date, state: State = "open") -> None:
    """The source is below its minimum: somebody of it decides whether to call its person back (ROT-RECALL)."""
    record_event(
        session,
        DueChanged(
            **_of(mission),
            id=due_id("mission_recall", mission.id),
            kind="mission_recall",
            subject_id=mission.id,
            path=f"/missions/{mission.id}",
            facility_code=mission.giver_code,
            person_id=mission.person_id,
            due_on=due_on,
            warn_on=mission.short_from or due_on,
            responsible="facility-hr-officer",
            state=state,
            facts={"giver": mission.giver_code, "missing": mission.short_by, "until": mission.short_to.isoformat() if mission.short_to else None},
        ),
    )


def licence_due(session: AsyncSession, mission: "Mission", due_on: date, why: str, state: State = "open") -> None:
    """The person may not practise any more: somebody of the source calls them back, or has the licence put right (ROT-01)."""
    record_event(
        session,
        DueChanged(
            **_of(mission),
            id=due_id("mission_licence", mission.id),
            kind="mission_licence",
            subject_id=mission.id,
            path=f"/missions/{mission.id}",
            facility_code=mission.giver_code,
            person_id=mission.person_id,
            due_on=due_on,
            warn_on=min(due_on, today()),
            responsible="facility-hr-officer",
            state=state,
            facts={"giver": mission.giver_code, "receiver": mission.receiver_code, "reason": why},
        ),
    )


def follow_up_due(session: AsyncSession, mission: "Mission", months: int, due_on: date, state: State = "open") -> None:
    """What a mission left is looked at again some months later."""
    record_event(
        session,
        DueChanged(
            **_of(mission),
            id=due_id(f"mission_follow_up_{months}", mission.id),
            kind="mission_follow_up",
            subject_id=mission.id,
            path=f"/missions/{mission.id}",
            facility_code=mission.receiver_code,
            person_id=mission.person_id,
            due_on=due_on,
            warn_on=due_on - timedelta(days=14),
            responsible="facility-hr-officer",
            state=state,
            facts={"months": months, "receiver": mission.receiver_code, "technique": mission.technique},
        ),
    )


def technique_review_due(session: AsyncSession, transfer: "Transfer", due_on: date, state: State = "open") -> None:
    """A year after its acceptance a technique is found sustained or lost (TRF-02)."""
    record_event(
        session,
        DueChanged(
            **_of(transfer),
            id=due_id("technique_review", transfer.id),
            kind="technique_review",
            subject_id=transfer.id,
            path=f"/techniques/{transfer.id}",
            facility_code=transfer.facility_code,
            due_on=due_on,
            warn_on=due_on - timedelta(days=30),
            responsible="regional-administrator",
            state=state,
            facts={"technique": transfer.technique, "receiver": transfer.facility_code},
        ),
    )
