"""Which account is whose, over HTTP: so that nobody verifies their own certificate."""

from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from services.registry.persons.permissions import can_change_person, can_write_people
from services.registry.persons.queries import get_visible_person
from services.registry.rules import SEC_02
from shared.audit import record_audit
from shared.auth import ALLOWED, Caller, CallerDep, Permission, allows, require
from shared.db import SessionDep
from shared.errors import NotFound, Refusal, Refused, problems, refuse_when
from shared.i18n import _
from shared.idempotency import Router
from shared.records import Body
from shared.visibility import Protected

router = Router(prefix="/persons", tags=["persons"])

refuse_when("account_linked_by_another", "account-is-yours", _("Another person links your own account."), rule=SEC_02, possible=_("Ask a colleague of HR."))


class AccountLink(Protected, Base):
    """An account of the identity provider, by issuer and subject, and the person behind it."""

    __tablename__ = "account_links"

    account: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    linked_by: Mapped[str]


class AccountCreate(Body):
    """The subject under which the person signs in, at the issuer that signed the caller's own token."""

    subject: str = Field(min_length=1, max_length=200)


class AccountRead(BaseModel):
    person_id: UUID
    subject: str


async def person_of(session: AsyncSession, caller: Caller) -> UUID | None:
    """The person behind the caller's account, when HR has linked it."""
    found: UUID | None = await session.scalar(text("SELECT person_of_account(:account)"), {"account": caller.actor})
    return found


class OwnRead(BaseModel):
    person_id: UUID


def is_a_person(caller: Caller) -> Permission:
    """Somebody who signs in; a machine has no file."""
    return Refusal("not-a-person", _("Only a person has a file of their own.")) if caller.is_machine else ALLOWED


@router.get("/me/account", response_model=OwnRead, dependencies=[allows(is_a_person)], responses=problems(403, 404))
async def read_own_account(caller: CallerDep, session: SessionDep) -> OwnRead:
    """Which person of the register the caller is, once HR has linked the account (R-HOLDER)."""
    person_id = await person_of(session, caller)
    if person_id is None:
        raise NotFound(_("Your account is linked to no person of the register yet: ask HR to link it."))
    return OwnRead(person_id=person_id)


@router.post("/{person_id}/account", status_code=201, response_model=AccountRead, dependencies=[allows(can_write_people)], responses=problems(403, 404, 409, 422))
async def create_account_link(person_id: UUID, body: AccountCreate, caller: CallerDep, session: SessionDep) -> AccountRead:
    """Say that an account is this person's."""
    person = await get_visible_person(session, caller, person_id)
    require(can_change_person(caller, person.authority_path))
    account = f"{caller.issuer}#{body.subject}"
    values = {"account": account, "person_id": person.id, "linked_by": caller.actor, "authority_path": person.authority_path, "shared_with": person.shared_with}
    written = await session.execute(insert(AccountLink).values(values).on_conflict_do_nothing(index_elements=["account"]).returning(AccountLink.account))
    if written.first() is None and await session.scalar(text("SELECT person_of_account(:account)"), {"account": account}) != person.id:
        raise Refused("account-taken", _("This account belongs to another person."), possible=_("Check the subject of the account."))
    await record_audit(session, caller, "account.linked", "person", person.id, after={"account": account})
    return AccountRead(person_id=person.id, subject=body.subject)
