"""What goes in and out about accounts."""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.registry.accounts.models import Application
from shared.actions import Action
from shared.auth import ROLES
from shared.i18n import _
from shared.records import Body

RELATION = r"^/(territories|facilities)/[A-Za-z0-9-]{2,60}$"
LONGEST_NAME = 120

Role = Annotated[str, Field(max_length=60, json_schema_extra={"enum": sorted(ROLES)})]
Relation = Annotated[str, Field(pattern=RELATION)]
Roles = Annotated[list[Role], Field(min_length=1, max_length=len(ROLES), examples=[["facility-hr-officer"]])]
Relations = Annotated[
    list[Relation], Field(min_length=1, max_length=20, examples=[["/facilities/VN-22-BVT"]], description="Where the roles count: `/territories/<code>` or `/facilities/<code>`.")
]


class AccountCreate(Body):
    """An invitation. Each of the roles counts in each of the relations."""

    username: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{1,58}[a-z0-9]$", examples=["mai.tran"], description="Small letters, digits, dots and dashes.")
    email: str = Field(max_length=200, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s.]+$", examples=["mai.tran@example.org"])
    name: str = Field(min_length=2, max_length=LONGEST_NAME, examples=["Trần Thị Mai"])
    language: Literal["fr", "vi", "en"] = Field(examples=["vi"])
    roles: Roles
    relations: Relations
    person_id: UUID | None = Field(None, description="The person of the register who will sign in, when there is one.")


class GrantsWrite(Body):
    """All roles and relations that the account shall hold; what is left out is taken away."""

    roles: Roles
    relations: Relations


class SubstituteCreate(Body):
    """Who stands in for this account, from the first to the last day, both whole."""

    substitute_id: UUID
    starts_on: date = Field(examples=["2025-10-06"])
    ends_on: date = Field(examples=["2025-10-17"])
    reason: str = Field(min_length=3, max_length=300, examples=["Annual leave"])

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends_on < self.starts_on:
            raise ValueError(_("The last day comes before the first one."))
        return self


class PersonLink(Body):
    """The person of the register who signs in with this account."""

    person_id: UUID


class Closure(Body):
    reason: str = Field(min_length=3, max_length=300, examples=["Left the hospital"])


class SubstituteRead(BaseModel):
    """Who stands in for whom, and on which days."""

    id: UUID
    account_id: UUID
    account_name: str
    substitute_id: UUID
    substitute_name: str
    starts_on: date
    ends_on: date
    ended_on: date | None = Field(description="The day on which somebody ended it before its last day.")
    reason: str
    state: Literal["named", "running", "over"]
    available_actions: list[Action] = []


class ApplicationRead(BaseModel):
    """How far the identity provider has followed what is written here."""

    state: Application
    trouble: str | None = Field(description="Why it has not followed yet.", examples=[None])
    detail: str | None
    tried_at: datetime | None
    applied_at: datetime | None


class AccountCard(BaseModel):
    """One account in a list."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    username: str
    name: str
    roles: list[str]
    relations: list[str]
    state: Literal["open", "closed"]
    application: Application
    actor: str | None = Field(None, description="How records name what this account did; nothing before its first sign-in is known.")


class AccountRead(BaseModel):
    """One account: as it shall be, and how far the identity provider has followed."""

    id: UUID
    username: str
    email: str | None
    name: str
    language: Literal["fr", "vi", "en"]
    roles: list[str]
    relations: list[str]
    state: Literal["open", "closed"]
    source: Literal["invited", "found"]
    person_id: UUID | None
    invited_at: datetime
    closed_on: date | None
    closed_reason: str | None
    application: ApplicationRead
    stands_in: list[SubstituteRead] = Field(description="Whom this account stands in for.")
    replaced_by: list[SubstituteRead] = Field(description="Who stands in for this account.")
    version: int
    available_actions: list[Action]


class AccountsKept(BaseModel):
    """Who keeps the accounts of this installation."""

    kept_by: Literal["fixed", "keycloak"] = Field(description="`keycloak`: they are invited, changed and closed here; `fixed`: they are made from a file and nobody changes them.")
    changeable: bool
    detail: str
    roles: list[str] = Field(description="Roles that the caller may give.")
    waiting: int = Field(description="Accounts that the caller sees and that the identity provider has not followed yet.")


class FirstPassword(BaseModel):
    """Said once and kept nowhere: the person must choose another at the first sign-in."""

    password: str = Field(examples=["m7Wq-xK2f-9dPe-TzRb"])
