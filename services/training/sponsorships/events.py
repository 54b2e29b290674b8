"""What training tells about sponsored studies: appointment makes the commitment, the registry adds the degree. No name, ever."""

from datetime import date
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.training.sponsorships.models import Sponsorship
from shared.commitments import BreachPolicy
from shared.events import Event

State = Literal[
    "applied",
    "eligible",
    "ineligible",
    "board_approved",
    "board_refused",
    "bonded",
    "conflicting",
    "enrolled",
    "studying",
    "graduated",
    "failed",
    "abandoned",
    "returned",
    "withdrawn",
    "revoked",
]
EXAMPLE: dict[str, Any] = {
    "id": "01a3c0de-0000-7000-8000-000000000001",
    "person_id": "01a3c0de-0000-7000-8000-000000000002",
    "facility_code": "VN-22-TTBCE",
    "authority_path": "VN.VN-22.VN-22-TTBCE",
    "shared_with": [],
    "programme": "ck1",
    "specialty": "anaesthesia-icu",
    "institution": "Đại học Y Hà Nội",
    "country": "VN",
    "need_id": "01a20335-c1d2-7c1a-90a3-4f0a0f2b6c11",
    "technique": "Gây mê nội khí quản",
    "starts_on": "2025-02-01",
    "ends_on": "2027-01-31",
    "course_months": 24,
    "state": "bonded",
    "decision": "41/QĐ-SYT",
    "signed_on": "2025-01-20",
    "months_due": 48,
    "benefit_amount": 240000000,
    "currency": "VND",
    "cost_items": [{"kind": "tuition", "amount": 200000000}, {"kind": "course_expenses", "amount": 40000000}, {"kind": "salary", "amount": 180000000}],
    "breach_policy": {"kind": "PRORATA", "multiple": None, "steps": [], "citation": "Decree 101/2017/NĐ-CP", "confidence": "confirmed"},
    "outcome": None,
    "outcome_on": None,
    "returned_on": None,
    "done_on": "2025-01-20",
}


class CostItem(BaseModel):
    """One line of what a study costs. Salary and allowances are kept apart: they are never paid back (COM-02)."""

    kind: Literal["tuition", "course_expenses", "salary", "allowance"]
    amount: int


class SponsorshipState(Event):
    """One sponsored study. `months_due` are due after the return; `breach_policy` is the one that applies as things stand."""

    topic = "relais.training.sponsorships"

    person_id: UUID
    facility_code: str
    authority_path: str
    shared_with: list[str]
    programme: Literal["ck1", "ck2", "bsnt", "master", "phd"]
    specialty: str | None
    institution: str
    country: str
    need_id: UUID
    technique: str | None
    starts_on: date
    ends_on: date
    course_months: int
    state: State
    decision: str | None
    signed_on: date | None
    months_due: int
    benefit_amount: int
    currency: str
    cost_items: list[CostItem]
    breach_policy: BreachPolicy
    outcome: Literal["graduated", "failed", "abandoned"] | None
    outcome_on: date | None
    returned_on: date | None
    done_on: date

    @classmethod
    def about(cls, sponsorship: Sponsorship, done_on: date, **more: Any) -> Self:
        values = {name: getattr(sponsorship, name) for name in cls.model_fields if hasattr(sponsorship, name)}
        return cls.model_validate(values | {"done_on": done_on} | more)


def _like(state: str, **more: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [EXAMPLE | {"state": state} | more]})


class SponsorshipApplied(SponsorshipState):
    """Somebody asks to study at the authority's expense, for a need."""

    type = "training.sponsorship.applied.v1"
    model_config = _like("applied", decision=None, signed_on=None)


class SponsorshipJudged(SponsorshipState):
    """A person decided on the eligibility."""

    type = "training.sponsorship.judged.v1"
    model_config = _like("eligible", decision=None, signed_on=None)


class SponsorshipApproved(SponsorshipState):
    """The board approved; the registry holds the days of a full-time study, the register waits for the signature."""

    type = "training.sponsorship.approved.v1"
    model_config = _like("board_approved", decision=None, signed_on=None)


class SponsorshipRefused(SponsorshipState):
    """The board refused."""

    type = "training.sponsorship.refused.v1"
    model_config = _like("board_refused", decision=None, signed_on=None)


class SponsorshipBonded(SponsorshipState):
    """The decision is signed: the study is paid, against `months_due` of service."""

    type = "training.sponsorship.bonded.v1"
    model_config = _like("bonded")


class SponsorshipConflicting(SponsorshipState):
    """The decision is signed and does not fit any more: somebody must settle it."""

    type = "training.sponsorship.conflicting.v1"
    model_config = _like("conflicting")


class SponsorshipEnrolled(SponsorshipState):
    """The institution enrolled the person."""

    type = "training.sponsorship.enrolled.v1"
    model_config = _like("enrolled")


class SponsorshipProgressed(SponsorshipState):
    """A progress report is in."""

    type = "training.sponsorship.progressed.v1"
    model_config = _like("studying")


class SponsorshipGraduated(SponsorshipState):
    """The study ended with its diploma."""

    type = "training.sponsorship.graduated.v1"
    model_config = _like("graduated", outcome="graduated", outcome_on="2027-01-20")


class DegreeObtained(SponsorshipState):
    """A diploma was obtained: the registry keeps it as declared until somebody checks it with the issuer (TRN-04)."""

    type = "training.degree.obtained.v1"
    model_config = _like("graduated", outcome="graduated", outcome_on="2027-01-20", qualification_type="ck1", obtained_on="2027-01-20", number="CK1-2027-118")

    qualification_type: Literal["ck1", "ck2", "bsnt", "master", "phd"]
    obtained_on: date
    number: str | None


class SponsorshipFailed(SponsorshipState):
    """The study ended without diploma: everything is owed (COM-02, FULL)."""

    type = "training.sponsorship.failed.v1"
    model_config = _like("failed", outcome="failed", outcome_on="2027-01-20")


class SponsorshipAbandoned(SponsorshipState):
    """The study was given up: everything is owed, whatever was served before (COM-02, FULL)."""

    type = "training.sponsorship.abandoned.v1"
    model_config = _like("abandoned", outcome="abandoned", outcome_on="2025-09-01")


class SponsorshipReturned(SponsorshipState):
    """The person is back at work: after a diploma, the months due run from this day."""

    type = "training.sponsorship.returned.v1"
    model_config = _like("returned", outcome="graduated", outcome_on="2027-01-20", returned_on="2027-02-01")


class SponsorshipWithdrawn(SponsorshipState):
    """The application was taken back before the signature."""

    type = "training.sponsorship.withdrawn.v1"
    model_config = _like("withdrawn", decision=None, signed_on=None)


class SponsorshipRevoked(SponsorshipState):
    """The decision was revoked: the study is not paid any more, and nothing is due."""

    type = "training.sponsorship.revoked.v1"
    model_config = _like("revoked")
