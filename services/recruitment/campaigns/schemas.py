"""Campaigns over HTTP."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator

from services.recruitment.campaigns.guards import needs_must_be_validated, policy_must_be_in_force, window_must_be_long_enough
from services.recruitment.campaigns.models import Campaign
from services.recruitment.campaigns.permissions import can_publish
from services.recruitment.policies.schemas import Code, Line, Reference
from services.recruitment.rules import pack_of
from services.recruitment.workflow import CAMPAIGN
from shared.actions import Action, action
from shared.auth import Caller
from shared.clock import today
from shared.i18n import _
from shared.records import Body


class CampaignCreate(Body):
    """A campaign as drafted, under a policy or for an authority without one. Without `closes_on` the law's shortest window is taken."""

    reference: Reference | None = None
    code: Annotated[str, StringConstraints(min_length=1, max_length=60)] = Field(examples=["C-22/2025"])
    title: Line
    policy_id: UUID | None = Field(None, description="The attraction policy whose money it offers; the campaign is then its authority's.")
    authority: Code | None = Field(None, description="Whose campaign it is when no policy says so.", examples=["VN-22"])
    need_ids: list[UUID] = Field(min_length=1, max_length=500)
    opens_on: date
    closes_on: date | None = Field(None, description="Last day, whole.")
    done_on: date | None = None

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if self.closes_on is not None and self.closes_on < self.opens_on:
            raise ValueError(_("The last day comes before the first one."))
        if len(set(self.need_ids)) != len(self.need_ids):
            raise ValueError(_("The same need appears twice."))
        if self.policy_id is None and self.authority is None:
            raise ValueError(_("Name the policy of the campaign, or the authority whose campaign it is."))
        return self


class Publication(Body):
    """The publication of a drafted campaign."""

    done_on: date | None = None


class CampaignRead(BaseModel):
    """A campaign with what the caller may do next."""

    id: UUID
    reference: str | None
    code: str
    title: str
    authority: str
    policy_id: UUID | None
    need_ids: list[UUID] = Field(description="The needs that the caller may see.")
    opens_on: date
    closes_on: date
    is_open: bool = Field(description="Whether applications are received today.")
    rule_pack: str
    state: Literal["draft", "published"]
    drafted_on: date
    published_on: date | None
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, campaign: Campaign) -> Self:
        day = today()
        values = {name: getattr(campaign, name) for name in cls.model_fields if name != "is_open" and hasattr(campaign, name)}
        return cls(
            **values,
            need_ids=[need.id for need in campaign.needs],
            is_open=campaign.is_open(day),
            available_actions=[
                action(
                    "publish",
                    can_publish(caller, campaign),
                    lambda: CAMPAIGN.after("publish", campaign.state),
                    lambda: policy_must_be_in_force(campaign, campaign.opens_on),
                    lambda: needs_must_be_validated(campaign),
                    lambda: window_must_be_long_enough(
                        published_on=campaign.opens_on, opens_on=campaign.opens_on, closes_on=campaign.closes_on, pack=pack_of(campaign.authority, day)
                    ),
                )
            ],
        )
