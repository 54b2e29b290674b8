"""Which account is whose: so that nobody verifies their own certificate."""

from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.accounts.models import Account
from services.registry.base import Base
from services.registry.persons.models import Person
from services.registry.rules import SEC_02
from shared.audit import record_audit
from shared.auth import Caller
from shared.errors import Refused, refuse_when
from shared.i18n import _
from shared.visibility import Protected

refuse_when("account_linked_by_another", "account-is-yours", _("Another person links your own account."), rule=SEC_02, possible=_("Ask a colleague of HR."))


class AccountLink(Protected, Base):
    """An account of the identity provider, by issuer and subject, and the person behind it."""

    __tablename__ = "account_links"

    account: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    linked_by: Mapped[str]


async def person_of(session: AsyncSession, caller: Caller) -> UUID | None:
    """The person behind the caller's account, when HR has linked it."""
    return await person_of_account(session, caller.actor)


async def person_of_account(session: AsyncSession, account: str) -> UUID | None:
    found: UUID | None = await session.scalar(text("SELECT person_of_account(:account)"), {"account": account})
    return found


async def link(session: AsyncSession, *, by: Caller | str, issuer: str, subject: str, person: Person) -> None:
    """Say that an account is this person's; said twice, it is the same. Raises Refused when it is another's."""
    account = f"{issuer}#{subject}"
    actor = by if isinstance(by, str) else by.actor
    values = {"account": account, "person_id": person.id, "linked_by": actor, "authority_path": person.authority_path, "shared_with": person.shared_with}
    written = await session.execute(insert(AccountLink).values(values).on_conflict_do_nothing(index_elements=["account"]).returning(AccountLink.account))
    is_new = written.first() is not None
    if not is_new and await person_of_account(session, account) != person.id:
        raise Refused("account-taken", _("This account belongs to another person."), possible=_("Check the subject of the account."))
    await session.execute(update(Account).where(Account.issuer == issuer, Account.subject == subject).values(person_id=person.id))
    if is_new:
        await record_audit(session, by, "account.linked", "person", person.id, after={"account": account})
