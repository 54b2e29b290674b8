"""What recruitment announces about hires: the registry makes the employment and the assignment, appointment the commitment, the observatory counts."""

from datetime import date
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import ConfigDict

from services.recruitment.hires.models import Hire
from shared.commitments import BreachPolicy, Instalment
from shared.events import Event

EXAMPLE: dict[str, Any] = {
    "id": "01a20336-3b26-76a6-aed0-867dc2ee8f68",
    "person_id": "01a20335-fcdc-7037-989e-f51fe6aacb61",
    "occupation_code": "VN-BSCK",
    "degree": "resident",
    "need_id": "01a20335-c1d2-7c1a-90a3-4f0a0f2b6c11",
    "post_id": "01a20334-1103-7de6-90f7-5a66877a790d",
    "facility_code": "VN-22-BVT",
    "authority_path": "VN.VN-22.VN-22-BVT",
    "policy_id": "01a20335-b6c9-7a7a-81f0-b4bb5740137f",
    "starts_on": "2024-04-01",
    "state": "decided",
    "decision_number": "317/QĐ-SYT",
    "amount": 550000000,
    "currency": "VND",
    "commitment_years": 7,
    "commitment_ends_on": "2031-03-31",
    "payment_schedule": [{"percent": 100, "months_after_start": 0}],
    "breach_policy": {"kind": "PRORATA", "multiple": None, "steps": [], "citation": None, "confidence": "to_confirm"},
    "done_on": "2024-03-22",
    "needed_since": "2023-12-20",
}


class HireState(Event):
    """A signed hire. Without number the decision is “to regularise”. No name, ever."""

    topic = "relais.recruitment.hires"

    id: UUID
    person_id: UUID
    occupation_code: str
    degree: str
    need_id: UUID
    post_id: UUID
    facility_code: str
    authority_path: str
    starts_on: date
    state: Literal["decided", "revoked"]
    decision_number: str | None
    done_on: date
    needed_since: date | None = None

    @classmethod
    def about(cls, hire: Hire, *, done_on: date | None = None) -> Self:
        values: dict[str, Any] = {name: getattr(hire, name) for name in cls.model_fields if hasattr(hire, name)}
        return cls.model_validate(values | {"done_on": done_on or hire.signed_on})


class HireUnderPolicy(HireState):
    """A signed hire under an attraction policy, with what the policy gives."""

    policy_id: UUID
    amount: int
    currency: str
    commitment_years: int
    commitment_ends_on: date
    payment_schedule: list[Instalment]
    breach_policy: BreachPolicy


class Revoked(HireState):
    """From which day on what a hire had changed is put back."""

    revoked_on: date
    revoked_from: date
    revocation_number: str | None


WITHOUT_POLICY = {name: value for name, value in EXAMPLE.items() if name in HireState.model_fields}
REVOKED = {"state": "revoked", "done_on": "2024-05-20", "revoked_on": "2024-05-20", "revoked_from": "2024-06-01", "revocation_number": None}


class HireDecided(HireUnderPolicy):
    """A hire was signed and fits: the person takes the post."""

    type = "recruitment.hire.decided.v1"
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})


class HireNumbered(HireUnderPolicy):
    """A hire signed without number was given its number."""

    type = "recruitment.hire.numbered.v1"
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})


class HireRevoked(HireUnderPolicy, Revoked):
    """The decision behind a hire was revoked: what it had changed is put back from `revoked_from` on."""

    type = "recruitment.hire.revoked.v1"
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE | REVOKED]})


class HireDecidedWithoutPolicy(HireState):
    """A hire that no attraction policy pays for was signed and fits: the person takes the post."""

    type = "recruitment.hire.decided.v2"
    model_config = ConfigDict(json_schema_extra={"examples": [WITHOUT_POLICY]})


class HireNumberedWithoutPolicy(HireState):
    """A hire that no attraction policy pays for, signed without number, was given its number."""

    type = "recruitment.hire.numbered.v2"
    model_config = ConfigDict(json_schema_extra={"examples": [WITHOUT_POLICY]})


class HireRevokedWithoutPolicy(Revoked):
    """The decision behind a hire that no attraction policy pays for was revoked."""

    type = "recruitment.hire.revoked.v2"
    model_config = ConfigDict(json_schema_extra={"examples": [WITHOUT_POLICY | REVOKED]})


def decided(hire: Hire) -> HireState:
    return (HireDecided if hire.policy_id else HireDecidedWithoutPolicy).about(hire)


def numbered(hire: Hire) -> HireState:
    return (HireNumbered if hire.policy_id else HireNumberedWithoutPolicy).about(hire)


def revoked(hire: Hire, *, done_on: date) -> HireState:
    return (HireRevoked if hire.policy_id else HireRevokedWithoutPolicy).about(hire, done_on=done_on)
