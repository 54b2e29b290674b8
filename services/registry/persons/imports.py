"""People from a file who are kept for another purpose than work: guests, students, contacts such as those who were trained before. Few fields, and no employment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from services.registry.imports.columns import SEXES
from services.registry.persons.models import Person, birth
from services.registry.persons.permissions import can_write_people
from services.registry.persons.schemas import NameBody, PersonCreate
from services.registry.persons.use_cases import add_purposes
from services.registry.purposes.permissions import can_keep_for
from services.registry.references import acting_for
from shared.audit import record_audits
from shared.auth import Caller, require
from shared.i18n import _
from shared.ids import uuid7
from shared.imports import Column, Kind, Memory, Verdict, refused
from shared.imports.cells import birth_of, name_of, text_of, word_of
from shared.names import canonical
from shared.references import hash_of

PURPOSES = {"contact": ("liên hệ", "contact"), "guest": ("khách", "invité", "invitée"), "student": ("học viên", "sinh viên", "étudiant", "étudiante")}


@dataclass(frozen=True, slots=True)
class ContactLine:
    """One person; `reference` is the authority's own."""

    row: int
    reference: str
    full_name: str
    name_in_other_script: str | None
    birth_date: tuple[date | None, int] | None
    sex: str
    purpose: str

    @property
    def body(self) -> PersonCreate:
        born, year = self.birth_date or (None, None)
        names = [NameBody(value=name) for name in (self.full_name, self.name_in_other_script) if name]
        return PersonCreate.model_validate(
            {"names": names, "birth_date": born, "birth_year": None if born else year, "sex": self.sex, "purposes": [self.purpose], "reference": self.reference}
        )


COLUMNS = (
    Column("reference", text_of, headings=("mã cá nhân", "référence de la personne")),
    Column("full_name", name_of, headings=("họ và tên", "họ tên", "nom complet", "nom et prénom")),
    Column("name_in_other_script", name_of, None, ("tên bằng chữ viết khác", "الاسم الكامل", "nom en arabe")),
    Column("birth_date", birth_of, None, ("ngày sinh", "năm sinh", "date de naissance", "naissance")),
    Column("sex", word_of(SEXES), "unknown", ("giới tính", "sexe")),
    Column("purpose", word_of(PURPOSES), "contact", ("lý do lưu", "raison de la fiche")),
)


async def judge(session: AsyncSession, caller: Caller, lines: Sequence[ContactLine], memory: Memory) -> list[Verdict]:
    """The reference is free, or names the same person already."""
    _path, owner = acting_for(caller)
    references = {line.reference for line in lines}
    rows = await session.scalars(select(Person).where(Person.reference_owner == owner, Person.reference.in_(references)).options(selectinload(Person.names)))
    recorded = {person.reference: person for person in rows}

    def judge_line(line: ContactLine) -> Verdict:
        if (not_allowed := refused(line.row, "purpose", can_keep_for(caller, [line.body.purposes[0]]))) is not None:
            return not_allowed
        if (again := memory.again(line, line.reference)) is not None:
            return again
        known = recorded.get(line.reference)
        if known is None:
            return Verdict.good(line)
        if canonical(line.full_name) in {name.value for name in known.names}:
            return Verdict.recorded(line)
        return Verdict.bad(line.row, "reference", _("The reference {reference} already names another person."), reference=line.reference)

    return [judge_line(line) for line in lines]


async def write(session: AsyncSession, caller: Caller, lines: Sequence[ContactLine]) -> None:
    """The good lines become persons; the daily task compares them with those whom the register knows."""
    require(can_write_people(caller))
    path, owner = acting_for(caller)
    people = [_person(caller, line, path, owner) for line in lines]
    session.add_all(people)
    await session.flush()
    audited: list[tuple[Any, None, dict[str, Any]]] = [(person.id, None, {"purposes": [row.purpose for row in person.purposes], "names": len(person.names)}) for person in people]
    await record_audits(session, caller, "person.registered", "person", audited)


def _person(caller: Caller, line: ContactLine, path: str, owner: str) -> Person:
    body = line.body
    born, precision = birth(body.birth_date, body.birth_year)
    person = Person(
        id=uuid7(),
        authority_path=path,
        shared_with=[],
        birth_date=born,
        birth_precision=precision,
        sex=body.sex,
        reference=line.reference,
        reference_owner=owner,
        content_hash=hash_of(body),
        recorded_by=caller.actor,
        names=[],
        words=[],
        purposes=[],
    )
    person.name_them([(name.kind, name.script, name.value) for name in body.names])
    add_purposes(person, body.purposes)
    return person


KIND = Kind("contacts", COLUMNS, ContactLine, judge, write, can_write_people)
