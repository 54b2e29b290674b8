"""What recruitment tells."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from services.observatory.replicas.facts.fact import Fact, Owned, Personal


class Need(Owned):
    """What a facility lacks; trainings, missions and gaps refer to it."""

    topic: ClassVar[str] = "relais.recruitment.needs"
    sort: ClassVar[str] = "occupation_code"
    begins: ClassVar[str] = "identified_on"
    ends: ClassVar[str] = "closed_on"
    decided: ClassVar[str] = "validated_on"

    occupation_code: str | None = None
    specialty: str | None = None
    quantity: int = 1
    pool_id: UUID | None = None
    identified_on: date | None = None
    validated_on: date | None = None
    wanted_from: date | None = None
    difficulty: str | None = None
    closed_on: date | None = None


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
    """A signed hire, under a policy or without one; a revoked one no longer counts."""

    topic: ClassVar[str] = "relais.recruitment.hires"
    sort: ClassVar[str] = "occupation_code"

    occupation_code: str | None = None
    degree: str | None = None
    policy_id: UUID | None = None
    need_id: UUID | None = None
    needed_since: date | None = None
    decision_number: str | None = None
    amount: int | None = None
    currency: str | None = None
    done_on: date | None = None


class ContestPost(Owned):
    """One post that a contest opens, with the region and title for which candidates compete."""

    topic: ClassVar[str] = "relais.recruitment.contest_posts"
    sort: ClassVar[str] = "occupation_code"
    begins: ClassVar[str] = "opened_on"
    decided: ClassVar[str] = "opened_on"

    contest_id: UUID | None = None
    code: str | None = None
    region: str | None = None
    occupation_code: str | None = None
    grade: str | None = None
    opened_on: date | None = None


class PoolPartner(Owned):
    """A member of a pool of employers, since when it has accepted a charter, and until when."""

    topic: ClassVar[str] = "relais.recruitment.pool_partners"
    begins: ClassVar[str] = "joined_on"
    ends: ClassVar[str] = "left_on"
    decided: ClassVar[str] = "accepted_on"

    pool_id: UUID | None = None
    takes_part_as: str | None = None
    kind: str | None = None
    joined_on: date | None = None
    accepted_on: date | None = None
    left_on: date | None = None


class ServiceRequest(Owned):
    """What somebody who would come asked of a partner, and the outcome; of whom nobody tells."""

    topic: ClassVar[str] = "relais.recruitment.service_requests"
    begins: ClassVar[str] = "asked_on"
    ends: ClassVar[str] = "settled_on"
    decided: ClassVar[str] = "settled_on"

    kind: str | None = None
    asked_on: date | None = None
    settled_on: date | None = None
    refused_by: str | None = None
    reason: str | None = None
