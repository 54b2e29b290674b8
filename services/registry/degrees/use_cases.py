"""A diploma heard of from training is a declared qualification, until somebody has checked it with the issuer."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.degrees.events import DegreeObtained
from services.registry.persons.models import Person
from services.registry.qualifications.models import Qualification
from services.registry.qualifications.schemas import QualificationCreate
from services.registry.qualifications.use_cases import add_qualification
from shared.events import Received
from shared.inbox import NotKnownYet

BY = "consumer:registry"
DECLARED_BY = "service:training"
TITLES = {"ck1": "Bác sĩ chuyên khoa cấp I", "ck2": "Bác sĩ chuyên khoa cấp II", "bsnt": "Bác sĩ nội trú", "master": "Thạc sĩ", "phd": "Tiến sĩ"}


async def declare_degree(session: AsyncSession, event: Received[DegreeObtained]) -> None:
    """Once, however often it is heard. Raises NotKnownYet while the person has not been heard of."""
    degree = event.data
    person = await session.scalar(select(Person).where(Person.id == degree.person_id))
    if person is None:
        raise NotKnownYet("person", degree.person_id)
    same = select(Qualification.id).where(
        Qualification.person_id == person.id,
        Qualification.type == degree.qualification_type,
        Qualification.specialty.is_not_distinct_from(degree.specialty),
        Qualification.issued_on == degree.obtained_on,
    )
    if await session.scalar(same.limit(1)) is not None:
        return
    body = QualificationCreate(
        type=degree.qualification_type,
        title=TITLES[degree.qualification_type],
        specialty=degree.specialty,
        institution=degree.institution,
        number=degree.number,
        issued_on=degree.obtained_on,
        issued_year=None,
        country=None,
        reference=None,
    )
    await add_qualification(session, person, body, declared_by=DECLARED_BY, done_on=degree.obtained_on, owner=None, by=BY)
