"""What appointment tells about succession plans: their term, their state, who is prepared for which post. No vote, ever."""

from collections.abc import Sequence
from datetime import date
from typing import Self
from uuid import UUID

from pydantic import BaseModel

from services.appointment.succession.limits import Coverage
from services.appointment.succession.models import Plan
from shared.events import Event


class PlanEntry(BaseModel):
    """One person prepared for one post."""

    id: UUID
    person_id: UUID
    position_id: UUID
    state: str
    ready: bool


class PlanState(Event):
    topic = "relais.appointment.succession_plans"

    reference: str | None
    authority: str
    authority_path: str
    shared_with: Sequence[str]
    title: str
    term_from: date
    term_to: date
    state: str
    approved_on: date | None
    reviewed_on: date | None
    key_posts: int
    key_posts_covered: int
    entries: Sequence[PlanEntry]

    @classmethod
    def about(cls, plan: Plan, coverage: Coverage) -> Self:
        values = {name: getattr(plan, name) for name in cls.model_fields if hasattr(plan, name) and name != "entries"}
        entries = [{name: getattr(entry, name) for name in PlanEntry.model_fields} for entry in plan.entries]
        return cls.model_validate(values | {"entries": entries, "key_posts": coverage.posts, "key_posts_covered": coverage.covered})


class PlanProposed(PlanState):
    """A plan of leaders for a term was proposed."""

    type = "appointment.succession_plan.proposed.v1"


class PlanChanged(PlanState):
    """It went one step on, or an entry came or left."""

    type = "appointment.succession_plan.changed.v1"


class PlanApproved(PlanState):
    """It was approved: candidates are judged by it."""

    type = "appointment.succession_plan.approved.v1"


class PlanReviewed(PlanState):
    """Its yearly review was approved."""

    type = "appointment.succession_plan.reviewed.v1"
