"""Everything else that the other services tell: one fact for each thing they keep, whatever it is.

A figure counts facts of one topic, the timeline of a person lists those of the person, the situation of a place those of
the place. A new kind of thing is a model with its topic and the fields that a figure or a page uses.
"""

from datetime import date
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from pydantic import BaseModel

from shared.events import Received

COMMON = ("id", "authority_path", "shared_with", "state", "person_id", "kind", "amount", "currency")


class Fact(BaseModel):
    """What every thing has. The class says which of its fields are its places, its days and its kind."""

    topic: ClassVar[str]
    places: ClassVar[tuple[str, ...]] = ("facility_code",)
    begins: ClassVar[str] = "starts_on"
    ends: ClassVar[str] = "ends_on"
    decided: ClassVar[str] = "done_on"
    sort: ClassVar[str] = "kind"  # the field that says which kind of thing it is
    worth: ClassVar[str] = "amount"

    id: UUID
    authority_path: str = ""
    shared_with: list[str] = []

    @classmethod
    def name(cls) -> str:
        """How figures call the topic: `training.sessions`."""
        return cls.topic.removeprefix("relais.")

    def row(self, event: Received[Any]) -> dict[str, Any]:
        """The line that is kept. The state is the thing's own, or what has just happened to it (`recruitment.hire.revoked.v1`)."""
        said = self.model_dump(mode="json")
        named = {name for name in (self.begins, self.ends, self.decided, self.worth) if name in said}
        return {
            "topic": self.name(),
            "id": said["id"],
            "authority_path": said["authority_path"],
            "shared_with": said["shared_with"],
            "state": said.get("state") or said.get("status") or event.type.split(".")[-2],
            "kind": said.get(self.sort),
            "person_id": said.get("person_id"),
            "facility_codes": self._places(said),
            "starts_on": said.get(self.begins),
            "ends_on": said.get(self.ends),
            "done_on": said.get(self.decided),
            "amount": said.get(self.worth),
            "currency": said.get("currency"),
            "recorded_at": event.time.isoformat(),
            "details": {name: value for name, value in said.items() if name not in named and name not in COMMON and value is not None},
        }

    def _places(self, said: dict[str, Any]) -> list[str]:
        found = [said.get(name) for name in self.places]
        flat = [code for value in found for code in (value if isinstance(value, list) else [value])]
        return list(dict.fromkeys(code for code in flat if code))


class Owned(Fact):
    """A thing at a facility."""

    state: str = ""
    facility_code: str | None = None


class Personal(Owned):
    """A thing about one person, from a first to a last day."""

    person_id: UUID | None = None
    starts_on: date | None = None
    ends_on: date | None = None


# --- registry -----------------------------------------------------------------------------------------------------------


class Licence(Personal):
    """The right to practise, as the issuer says it."""

    topic: ClassVar[str] = "relais.registry.licences"
    begins: ClassVar[str] = "issued_on"
    ends: ClassVar[str] = "expires_on"

    scope: list[str] = []
    status: str = ""
    issued_on: date | None = None
    expires_on: date | None = None


class Absence(Personal):
    """Somebody is away on these days; why is nobody's business."""

    topic: ClassVar[str] = "relais.registry.absences"


class HoldPeriod(BaseModel):
    """Days that are taken."""

    starts_on: date
    ends_on: date


class Hold(Personal):
    """A person's days that a leave, session, mission or stay has taken."""

    topic: ClassVar[str] = "relais.registry.holds"

    kind: str = ""
    periods: list[HoldPeriod] = []


# --- recruitment --------------------------------------------------------------------------------------------------------


class Need(Owned):
    """What a facility lacks; trainings, missions and gaps refer to it."""

    topic: ClassVar[str] = "relais.recruitment.needs"
    sort: ClassVar[str] = "occupation_code"

    occupation_code: str | None = None
    specialty: str | None = None
    quantity: int = 1


class Shortage(Fact):
    """A specialty or an occupation that an authority declares short."""

    topic: ClassVar[str] = "relais.recruitment.shortages"
    begins: ClassVar[str] = "valid_from"
    ends: ClassVar[str] = "valid_to"

    state: str = ""
    specialty: str | None = None
    occupation_code: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None


class Hire(Personal):
    """A signed hire under a policy; a revoked one no longer counts."""

    topic: ClassVar[str] = "relais.recruitment.hires"
    sort: ClassVar[str] = "occupation_code"

    occupation_code: str | None = None
    degree: str | None = None
    policy_id: UUID | None = None
    decision_number: str | None = None
    amount: int | None = None
    currency: str | None = None
    done_on: date | None = None


# --- training -----------------------------------------------------------------------------------------------------------


class Plan(Owned):
    """A training plan: of one facility and year, or of a province over several."""

    topic: ClassVar[str] = "relais.training.plans"
    decided: ClassVar[str] = "approved_on"

    year_from: int | None = None
    year_to: int | None = None
    approved_on: date | None = None
    actions_planned: int | None = None
    actions_done: int | None = None


class TrainingSession(Owned):
    """A session with its days and places."""

    topic: ClassVar[str] = "relais.training.sessions"
    places: ClassVar[tuple[str, ...]] = ("facility_codes",)
    begins: ClassVar[str] = "first_day"
    ends: ClassVar[str] = "last_day"
    sort: ClassVar[str] = "field"
    worth: ClassVar[str] = "cost"

    facility_codes: list[str] = []
    field: str | None = None
    title: str | None = None
    first_day: date | None = None
    last_day: date | None = None
    half_days: int | None = None
    enrolled: int | None = None
    completed: int | None = None
    cost: int | None = None
    currency: str | None = None


class Enrolment(Personal):
    """A person in a session, with the half-days attended."""

    topic: ClassVar[str] = "relais.training.enrolments"
    begins: ClassVar[str] = "first_day"
    ends: ClassVar[str] = "last_day"

    session_id: UUID | None = None
    field: str | None = None
    title: str | None = None
    first_day: date | None = None
    last_day: date | None = None
    attendance_percent: Decimal | None = None
    hours_credited: Decimal | None = None
    certified: bool = False


class Stay(Personal):
    """A short course abroad, or a mission in a delegation."""

    topic: ClassVar[str] = "relais.training.stays"

    kind: str = ""
    country: str | None = None
    region: str | None = None
    host: str | None = None
    field: str | None = None


class Sponsorship(Personal):
    """Studies that an authority pays for, with the need and the technique they answer."""

    topic: ClassVar[str] = "relais.training.sponsorships"
    sort: ClassVar[str] = "programme"
    worth: ClassVar[str] = "benefit_amount"

    programme: str = ""
    specialty: str | None = None
    institution: str | None = None
    technique: str | None = None
    outcome_on: date | None = None
    months_due: int | None = None
    benefit_amount: int | None = None
    currency: str | None = None


# --- appointment --------------------------------------------------------------------------------------------------------


class Position(Owned):
    """A leadership position of a facility or one of its units."""

    topic: ClassVar[str] = "relais.appointment.positions"
    begins: ClassVar[str] = "valid_from"
    ends: ClassVar[str] = "valid_to"
    sort: ClassVar[str] = "rank"

    unit: str | None = None
    rank: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


class Case(Owned):
    """The procedure that leads to a mandate, with the day on which its file was complete."""

    topic: ClassVar[str] = "relais.appointment.cases"
    begins: ClassVar[str] = "opened_on"
    ends: ClassVar[str] = "file_completed_on"
    decided: ClassVar[str] = "decided_on"

    kind: str = ""
    position_id: UUID | None = None
    rank: str | None = None
    opened_on: date | None = None
    file_completed_on: date | None = None
    decided_on: date | None = None


class Mandate(Personal):
    """A person at the head of something, for a term; `ended_on` when it ended before its term."""

    topic: ClassVar[str] = "relais.appointment.mandates"
    decided: ClassVar[str] = "signed_on"

    kind: str = ""
    rank: str = ""
    position_id: UUID | None = None
    ended_on: date | None = None
    signed_on: date | None = None
    decision: str | None = None


class SuccessionPlan(Fact):
    """Who is being prepared for which position over a term, and when the plan was last reviewed."""

    topic: ClassVar[str] = "relais.appointment.succession_plans"
    begins: ClassVar[str] = "term_from"
    ends: ClassVar[str] = "term_to"
    decided: ClassVar[str] = "reviewed_on"

    state: str = ""
    reviewed_on: date | None = None


class Transfer(Personal):
    """A move by decision from one facility to another."""

    topic: ClassVar[str] = "relais.appointment.transfers"
    places: ClassVar[tuple[str, ...]] = ("to_facility_code", "from_facility_code")

    from_facility_code: str | None = None
    to_facility_code: str | None = None
    decision: str | None = None


class Probation(Personal):
    """A time of trial until its confirmation."""

    topic: ClassVar[str] = "relais.appointment.probations"
    ends: ClassVar[str] = "due_on"
    decided: ClassVar[str] = "confirmed_on"

    due_on: date | None = None
    confirmed_on: date | None = None


class PayStep(Personal):
    """A step on a pay scale, since when, and when the next one is due."""

    topic: ClassVar[str] = "relais.appointment.pay_steps"
    begins: ClassVar[str] = "since"
    ends: ClassVar[str] = "due_on"
    decided: ClassVar[str] = "granted_on"
    sort: ClassVar[str] = "scale"

    scale: str = ""
    step: int | None = None
    since: date | None = None
    due_on: date | None = None
    granted_on: date | None = None
    decision_number: str | None = None


class Benefit(Personal):
    """An allowance or another benefit."""

    topic: ClassVar[str] = "relais.appointment.benefits"
    decided: ClassVar[str] = "granted_on"

    kind: str = ""
    granted_on: date | None = None
    decision_number: str | None = None


class Award(Owned):
    """A title or a reward, of a person or of a whole facility."""

    topic: ClassVar[str] = "relais.appointment.awards"
    begins: ClassVar[str] = "awarded_on"
    sort: ClassVar[str] = "title"

    person_id: UUID | None = None
    title: str = ""
    level: str | None = None
    awarded_on: date | None = None
    decision_number: str | None = None


class Decision(Owned):
    """A legal act in the one register."""

    topic: ClassVar[str] = "relais.appointment.decisions"
    begins: ClassVar[str] = "effective_on"
    decided: ClassVar[str] = "signed_on"

    kind: str = ""
    number: str | None = None
    signed_on: date | None = None
    effective_on: date | None = None
    conflict: str | None = None


class Commitment(Personal):
    """A time that a person owes for what was paid. Whether it was broken is never told."""

    topic: ClassVar[str] = "relais.appointment.commitments"
    sort: ClassVar[str] = "origin"

    origin: str = ""
    amount: int | None = None
    currency: str | None = None


class Payment(Owned):
    """Money due to somebody on a day, and the day on which it was paid."""

    topic: ClassVar[str] = "relais.appointment.payments"
    begins: ClassVar[str] = "due_on"
    decided: ClassVar[str] = "paid_on"

    commitment_id: UUID | None = None
    amount: int | None = None
    currency: str | None = None
    due_on: date | None = None
    paid_on: date | None = None


# --- rotation -----------------------------------------------------------------------------------------------------------


class Agreement(Fact):
    """A facility that supports another one."""

    topic: ClassVar[str] = "relais.rotation.agreements"
    places: ClassVar[tuple[str, ...]] = ("receiver_code", "giver_code")
    sort: ClassVar[str] = "model"

    state: str = ""
    model: str = ""
    giver_code: str = ""
    receiver_code: str = ""
    number: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    ended_on: date | None = None


class SupportVisit(Fact):
    """A visit that an agreement promises, held or missed."""

    topic: ClassVar[str] = "relais.rotation.visits"
    places: ClassVar[tuple[str, ...]] = ("receiver_code", "giver_code")
    begins: ClassVar[str] = "promised_on"
    decided: ClassVar[str] = "held_on"

    state: str = ""
    agreement_id: UUID | None = None
    giver_code: str = ""
    receiver_code: str = ""
    specialty: str | None = None
    month: date | None = None
    promised_on: date | None = None
    held_on: date | None = None


class SupportRequest(Fact):
    """What a place asks others to come and do."""

    topic: ClassVar[str] = "relais.rotation.support_requests"
    places: ClassVar[tuple[str, ...]] = ("receiver_code", "giver_code")
    begins: ClassVar[str] = "wanted_from"
    decided: ClassVar[str] = "decided_on"
    sort: ClassVar[str] = "specialty"

    state: str = ""
    giver_code: str | None = None
    receiver_code: str = ""
    specialty: str | None = None
    technique: str | None = None
    wanted_from: date | None = None
    decided_on: date | None = None


class Mission(Fact):
    """A person sent from one facility to another for some time."""

    topic: ClassVar[str] = "relais.rotation.missions"
    places: ClassVar[tuple[str, ...]] = ("receiver_code", "giver_code")
    decided: ClassVar[str] = "signed_on"
    sort: ClassVar[str] = "mode"

    state: str = ""
    person_id: UUID | None = None
    giver_code: str = ""
    receiver_code: str = ""
    agreement_id: UUID | None = None
    technique: str | None = None
    mode: str | None = None
    periods: list[HoldPeriod] = []
    starts_on: date | None = None
    ends_on: date | None = None
    departed_on: date | None = None
    ended_on: date | None = None
    signed_on: date | None = None
    decision: str | None = None
    days_done: int | None = None


class TechniqueState(Owned):
    """A technique that a facility is being taught, until it does it by itself."""

    topic: ClassVar[str] = "relais.rotation.techniques"
    begins: ClassVar[str] = "started_on"
    decided: ClassVar[str] = "accepted_on"
    sort: ClassVar[str] = "technique"

    technique: str = ""
    started_on: date | None = None
    accepted_on: date | None = None


FACTS: tuple[type[Fact], ...] = (
    *(Licence, Absence, Hold, Need, Shortage, Hire, Plan, TrainingSession, Enrolment, Stay, Sponsorship),
    *(Position, Case, Mandate, SuccessionPlan, Transfer, Probation, PayStep, Benefit, Award, Decision, Commitment, Payment),
    *(Agreement, SupportVisit, SupportRequest, Mission, TechniqueState),
)  # fmt: skip
