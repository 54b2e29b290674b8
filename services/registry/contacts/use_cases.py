"""Writing contacts, languages and nationalities: HR of those who read the file, or the person themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.accounts.links import person_of
from services.registry.contacts.models import DECLARED, VERIFIED, Contact, Nationality, SpokenLanguage
from services.registry.contacts.schemas import AddressWrite, ContactCreate, LanguageVerification, LanguageWrite
from services.registry.persons.own import own_person, own_row
from services.registry.persons.permissions import HR_READERS, can_write_people
from services.registry.persons.queries import get_visible_person
from services.registry.qualifications.permissions import can_verify_qualifications
from services.registry.rules import SEC_02
from shared.audit import record_audit
from shared.auth import ALLOWED, Caller, Permission, require
from shared.clock import today
from shared.errors import Malformed, NotFound, Refusal, Refused
from shared.i18n import _
from shared.ids import uuid7
from shared.jurisdictions import jurisdictions, own_country
from shared.segregation import another_person


@dataclass(frozen=True)
class File:
    """Whose file is written, and the walls that its rows stand behind."""

    person_id: UUID
    authority_path: str
    shared_with: list[str]
    own: bool

    @property
    def walls(self) -> dict[str, Any]:
        return {"person_id": self.person_id, "authority_path": self.authority_path, "shared_with": self.shared_with}


async def file_of(session: AsyncSession, caller: Caller, person_id: UUID) -> File:
    """The file of somebody whom HR keeps. Raises NotFound without a relation."""
    person = await get_visible_person(session, caller, person_id)
    return File(person.id, person.authority_path, person.shared_with, own=False)


async def own_file_of(session: AsyncSession, caller: Caller) -> File:
    """The caller's own. Raises NotFound when the account is linked to nobody."""
    person_id = await own_person(session, caller)
    row = await own_row(session, caller)
    return File(person_id, row["authority_path"], row["shared_with"], own=True)


# -- contacts


async def contacts_of(session: AsyncSession, caller: Caller, file: File) -> Sequence[Contact]:
    """What this caller may see: the person all, those who read the file what is for HR, others what is for everybody who may see the name."""
    statement = select(Contact).where(Contact.person_id == file.person_id)
    if not file.own:
        opened = ("hr", "system") if caller.has_role(*HR_READERS) or "registry.read" in caller.scopes else ("system",)
        statement = statement.where(Contact.visibility.in_(opened))
    return (await session.scalars(statement.order_by(Contact.kind, Contact.id))).all()


async def add_contact(session: AsyncSession, *, caller: Caller, file: File, body: ContactCreate) -> Contact:
    """One more way to reach the person; what is for the person alone is written by the person alone."""
    if not file.own:
        require(can_write_people(caller))
        if body.visibility == "self":
            raise Malformed.field("visibility", _("Only the person themselves keeps what nobody else may see."))
    said = body.model_dump(exclude={"address"})
    if body.address is not None:
        said |= in_parts(body.address)
    contact = Contact(id=uuid7(), recorded_by=caller.actor, **said, **file.walls)
    session.add(contact)
    await session.flush()
    await _told(session, caller, "contact_added", file, contact)
    return contact


def in_parts(address: AddressWrite) -> dict[str, Any]:
    """An address as its country writes it, with its parts. Raises Malformed for a part that the country has not, or needs."""
    country = address.country or own_country()
    known = jurisdictions().get(country)
    if known is None:
        raise Malformed.field("address.country", _("The parts of an address of this country are not known here: write it in one line."))
    said = {part: text for part, text in address.model_dump(exclude={"country"}).items() if text}
    for part in said:
        if part not in known.address.parts:
            raise Malformed.field(f"address.{part}", _("An address of this country has no such part."))
    for part in known.address.required:
        if part not in said:
            raise Malformed.field(f"address.{part}", _("An address of this country needs this part."))
    if "postal_code" in said and not known.address.postal_code.fullmatch(said["postal_code"]):
        raise Malformed.field("address.postal_code", _("This is not a postal code of this country."))
    return {"value": known.address.written(said), "address": said | {"country": country}}


async def remove_contact(session: AsyncSession, *, caller: Caller, file: File, contact_id: UUID) -> None:
    """It is reached so no more."""
    if not file.own:
        require(can_write_people(caller))
    contact = next((one for one in await contacts_of(session, caller, file) if one.id == contact_id), None)
    if contact is None:
        raise NotFound()
    await session.delete(contact)
    await session.flush()
    await _told(session, caller, "contact_removed", file, contact)


async def _told(session: AsyncSession, caller: Caller, act: str, file: File, contact: Contact) -> None:
    """The audit says which kind, and of what the person keeps to themselves not even that; the number or address never."""
    facts = {} if contact.visibility == "self" else {"kind": contact.kind, "visibility": contact.visibility}
    await record_audit(session, caller, f"person.{act}", "person", file.person_id, after=facts)


# -- languages


def can_verify_language(caller: Caller, language: SpokenLanguage, own_person_id: UUID | None) -> Permission:
    allowed = can_verify_qualifications(caller)
    if allowed is not ALLOWED:
        return allowed
    if caller.actor == language.declared_by:
        return another_person("declarer-does-not-verify", _("Whoever declared a language, or whose it is, does not verify it."))
    if language.person_id == own_person_id:
        return Refusal("declarer-does-not-verify", _("Whoever declared a language, or whose it is, does not verify it."), rule=SEC_02, possible=_("Ask a colleague to verify it."))
    return ALLOWED


def must_be_declared(language: SpokenLanguage) -> None:
    """Raises Refused for one that is verified."""
    if language.state != DECLARED:
        raise Refused("verified-already", _("This language is verified already."), possible=_("Write its level anew when it has changed."))


async def languages_of(session: AsyncSession, file: File) -> Sequence[SpokenLanguage]:
    return (await session.scalars(select(SpokenLanguage).where(SpokenLanguage.person_id == file.person_id).order_by(SpokenLanguage.language))).all()


async def write_language(session: AsyncSession, *, caller: Caller, file: File, language: str, body: LanguageWrite) -> SpokenLanguage:
    """How well the person says, or HR says, that they speak it; a level that somebody verified is declared again once it is written anew."""
    if not file.own:
        require(can_write_people(caller))
    row = await session.get(SpokenLanguage, (file.person_id, language), with_for_update=True)
    before = _spoken(row) if row is not None else None
    if row is None:
        row = SpokenLanguage(language=language, **file.walls)
        session.add(row)
    row.level, row.certificate, row.expires_on = body.level, body.certificate, body.expires_on
    row.state, row.declared_by, row.declared_on = DECLARED, caller.actor, today()  # type: ignore[assignment]
    row.verified_by = row.verified_on = row.evidence = None
    await session.flush()
    await record_audit(session, caller, "person.language_written", "person", file.person_id, before=before, after=_spoken(row))
    return row


async def verify_language(session: AsyncSession, *, caller: Caller, file: File, language: str, body: LanguageVerification) -> SpokenLanguage:
    """Somebody else has seen what proves it."""
    row = await session.get(SpokenLanguage, (file.person_id, language), with_for_update=True)
    if row is None:
        raise NotFound()
    require(can_verify_language(caller, row, await person_of(session, caller)))
    must_be_declared(row)
    before = _spoken(row)
    row.state, row.verified_by, row.verified_on, row.evidence = VERIFIED, caller.actor, today(), body.evidence  # type: ignore[assignment]
    await session.flush()
    await record_audit(session, caller, "person.language_verified", "person", file.person_id, before=before, after=_spoken(row))
    return row


def _spoken(row: SpokenLanguage) -> dict[str, Any]:
    return {"language": row.language, "level": row.level, "state": row.state}


# -- nationalities


async def nationalities_of(session: AsyncSession, file: File) -> list[str]:
    return list((await session.scalars(select(Nationality.country).where(Nationality.person_id == file.person_id).order_by(Nationality.country))).all())


async def write_nationalities(session: AsyncSession, *, caller: Caller, file: File, countries: Sequence[str]) -> list[str]:
    """All countries of which the person is a national, as HR has seen on paper."""
    require(can_write_people(caller))
    before = await nationalities_of(session, file)
    wanted = sorted(set(countries))
    await session.execute(delete(Nationality).where(Nationality.person_id == file.person_id, Nationality.country.not_in(wanted)))
    session.add_all(Nationality(country=country, **file.walls) for country in wanted if country not in before)
    await session.flush()
    if before != wanted:
        await record_audit(session, caller, "person.nationalities_written", "person", file.person_id, before={"countries": before}, after={"countries": wanted})
    return wanted
