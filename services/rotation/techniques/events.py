"""What rotation announces about techniques on their way to a facility."""

from datetime import date
from typing import Literal, Self
from uuid import UUID

from services.rotation.techniques.measure import measured
from services.rotation.techniques.models import Transfer
from shared.events import Event


class TechniqueState(Event):
    topic = "relais.rotation.techniques"

    technique: str
    specialty: str
    facility_code: str
    core_code: str | None
    authority_path: str
    shared_with: list[str]
    agreement_id: UUID | None
    request_id: UUID | None
    origin: Literal["support", "sponsored_study"]
    learners: int
    masters: int
    gap_baseline: int
    gap_now: int
    gap_closure_percent: int | None
    cases_autonomous: int
    started_on: date
    accepted_on: date | None
    state: Literal["planned", "theory", "observed", "supervised", "autonomous_trial", "accepted", "sustained", "lost"]

    @classmethod
    def about(cls, transfer: Transfer) -> Self:
        values = {name: getattr(transfer, name) for name in cls.model_fields if hasattr(transfer, name) and name != "learners"}
        found = measured(transfer)
        return cls(
            **values,
            specialty=transfer.package.specialty,
            learners=len(transfer.learners),
            masters=len(found.masters),
            gap_baseline=found.baseline,
            gap_now=found.now,
            gap_closure_percent=found.closure_percent,
            cases_autonomous=found.cases_autonomous,
        )


class TechniquePlanned(TechniqueState):
    """A technique is to be handed over to a facility, or opened there after a sponsored study."""

    type = "rotation.technique.planned.v1"


class TechniqueAdvanced(TechniqueState):
    """Levels, cases, learners or the step of the transfer have changed."""

    type = "rotation.technique.advanced.v1"


class TechniqueAccepted(TechniqueState):
    """It is acquired: it stands on the facility's list of techniques done locally."""

    type = "rotation.technique.accepted.v1"


class TechniqueSustained(TechniqueState):
    """A year later it is still done."""

    type = "rotation.technique.sustained.v1"


class TechniqueLost(TechniqueState):
    """It is no longer done, usually because the people who were trained have left."""

    type = "rotation.technique.lost.v1"
