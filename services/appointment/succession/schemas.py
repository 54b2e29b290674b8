"""Succession plans over HTTP."""

from datetime import date
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator

from shared.actions import Action
from shared.i18n import _
from shared.records import Body

Reference = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Count = Annotated[int, Field(ge=0, le=1000)]


class EntryCreate(Body):
    """A person prepared for a position. A planned person need not yet meet every criterion."""

    person_id: UUID | None = Field(None, description="Or `worker_no`.")
    worker_no: Reference | None = None
    position_id: UUID | None = Field(None, description="Or `position_reference`.")
    position_reference: Reference | None = None
    priority: int = Field(1, ge=1, le=9)
    ready: bool = Field(True, description="Could take the post now; otherwise still in preparation.")
    development: list[Text] = Field(default_factory=list, max_length=20)

    @model_validator(mode="after")
    def _names_one_of_each(self) -> Self:
        if (self.person_id is None) == (self.worker_no is None):
            raise ValueError(_("Name the person by `person_id` or by `worker_no`."))
        if (self.position_id is None) == (self.position_reference is None):
            raise ValueError(_("Name the position by `position_id` or by `position_reference`."))
        return self


class PlanCreate(Body):
    """A plan of leaders for a term."""

    reference: Reference | None = None
    authority: str = Field(max_length=60, examples=["VN-22"])
    title: str = Field(min_length=1, max_length=300)
    term_from: date
    term_to: date
    entries: list[EntryCreate] = Field(default_factory=list, max_length=1000)
    done_on: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.term_to <= self.term_from:
            raise ValueError(_("The last day comes before the first one."))
        return self


class NotRetained(Body):
    entry_id: UUID
    reason: Text


class Screening(Body):
    """Age, rating and degree were looked at: who is not retained, and why; all others go on."""

    not_retained: list[NotRetained] = Field(default_factory=list, max_length=1000)
    done_on: date | None = None


class EntryVotes(Body):
    entry_id: UUID
    votes: Count


class PlanVote(Body):
    """The vote on each entry, as totals in one write."""

    convened: int = Field(ge=1, le=1000)
    present: Count
    valid: Count
    totals: list[EntryVotes] = Field(default_factory=list, max_length=1000)
    unanimous: bool = Field(False, description="Every valid ballot is for every entry; then `totals` is left out.")
    minutes_reference: Reference | None = None
    done_on: date | None = None


class Approval(Body):
    approval_reference: Reference | None = None
    done_on: date | None = None


class EntriesCreate(Body):
    """People who are added; outside the yearly review the reason is needed."""

    entries: list[EntryCreate] = Field(min_length=1, max_length=200)
    because: Text | None = None
    done_on: date | None = None


class Removal(Body):
    """A person leaves the plan and is informed."""

    reason: Text
    informed_on: date | None = None
    done_on: date | None = None


class ReviewOutcome(Body):
    """What the yearly review says of an entry, which it names itself or by its person and post; those that it does not name are kept."""

    entry_id: UUID | None = None
    worker_no: Reference | None = None
    position_reference: Reference | None = None
    outcome: Literal["removed", "promoted"]
    reason: Text | None = None
    informed_on: date | None = None

    @model_validator(mode="after")
    def _removed_with_reason(self) -> Self:
        if (self.entry_id is None) == (self.worker_no is None or self.position_reference is None):
            raise ValueError(_("Name the entry by `entry_id`, or by `worker_no` and `position_reference`."))
        if self.outcome == "removed" and not self.reason:
            raise ValueError(_("Say why the person leaves the plan."))
        return self


class ReviewCreate(Body):
    reference: Reference | None = None
    year: int = Field(ge=2000, le=2100)
    outcomes: list[ReviewOutcome] = Field(default_factory=list, max_length=1000)
    done_on: date | None = None


class Completion(Body):
    """People whom the review adds, with the vote as totals: more than half of those convened for each."""

    entries: list[EntryCreate] = Field(default_factory=list, max_length=200)
    convened: int | None = Field(None, ge=1, le=1000)
    present: Count | None = None
    valid: Count | None = None
    votes: Count | None = Field(None, description="The lowest total among those who are added.")
    done_on: date | None = None


class EntryRead(BaseModel):
    id: UUID
    person_id: UUID
    position_id: UUID
    priority: int
    ready: bool
    development: list[str]
    state: str
    added_on: date
    added_because: str | None
    removed_on: date | None
    reason: str | None
    informed_on: date | None
    available_actions: list[Action]


class PostRead(BaseModel):
    """A key post with how many are prepared and ready for it."""

    position_id: UUID
    title: str
    facility_code: str
    unit: str | None
    rank: str
    names: int
    ready: int
    covered: bool


class ReviewRead(BaseModel):
    id: UUID
    year: int
    state: str
    reviewed_on: date
    completed_on: date | None
    approved_on: date | None
    approval_reference: str | None
    kept: int
    removed: int
    promoted: int
    added: int
    available_actions: list[Action]


class CoverageRead(BaseModel):
    """The share of key posts with at least two ready successors, with its numerator and denominator."""

    posts: int
    covered: int
    percent: str | None
    rule: dict[str, Any]


class SharesRead(BaseModel):
    """Of these people, how many are women and how many are under the age of the rule; no totals where they are fewer than five."""

    people: int
    women: int | None
    women_percent: str | None
    under: int | None
    under_percent: str | None
    sex_unknown: int | None
    birth_unknown: int | None


class PlanShares(BaseModel):
    """The people of a plan, and those among them who are ready, on a day."""

    as_of: date
    names: SharesRead
    ready: SharesRead
    rule: dict[str, Any]


class PlanRead(BaseModel):
    """A plan in a list."""

    id: UUID
    reference: str | None
    title: str
    authority: str
    term_from: date
    term_to: date
    state: str
    proposed_on: date
    voted_on: date | None
    approved_on: date | None
    approval_reference: str | None
    reviewed_on: date | None
    names: int
    posts: int
    coverage: CoverageRead
    reviews: list[ReviewRead]
    available_actions: list[Action]


class PlanDetails(PlanRead):
    """One plan with everybody in it, and its key posts, those that are not covered first."""

    convened: int | None
    present: int | None
    valid: int | None
    minutes_reference: str | None
    key_posts: list[PostRead]
    entries: list[EntryRead]
