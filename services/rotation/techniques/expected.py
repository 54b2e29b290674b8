"""What sponsored studies bring: a technique is expected from a study, and opened once the person has graduated and come back (TRN sponsored studies, TRF-02)."""

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from services.rotation.base import Base
from services.rotation.techniques.models import Package, Transfer
from shared.auth import Caller
from shared.inbox import Consumer
from shared.replicas import replaced_by
from shared.visibility import Protected, visible_to

Standing = Literal["expected", "graduated", "opened"]


class SponsorshipState(BaseModel):
    """A sponsored study as training tells it; who studies is nothing that a list of techniques needs."""

    topic: ClassVar[str] = "relais.training.sponsorships"

    id: UUID
    facility_code: str
    authority_path: str
    shared_with: list[str] = []
    specialty: str | None
    technique: str | None
    ends_on: date
    state: str
    outcome: str | None
    outcome_on: date | None
    returned_on: date | None


class ExpectedTechnique(Protected, Base):
    """A technique that a study brings to a facility."""

    __tablename__ = "expected_techniques"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    technique: Mapped[str]
    specialty: Mapped[str | None]
    facility_code: Mapped[str]
    standing: Mapped[Standing]
    since: Mapped[date]


class ExpectedTechniqueRead(BaseModel):
    """A technique that a sponsored study brings."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID = Field(description="The study.")
    technique: str
    specialty: str | None
    facility_code: str
    standing: Standing = Field(description="`expected` until the study ends, `graduated` until the person is back, then `opened`.")
    since: date = Field(description="Last day of the study while it is expected; the day of the diploma, or of the return, afterwards.")


_keep = replaced_by(
    "expected_techniques",
    "id",
    """
    INSERT INTO expected_techniques (id, technique, specialty, facility_code, authority_path, shared_with, standing, since)
    SELECT id, technique, specialty, facility_code, CAST(authority_path AS ltree), shared_with,
           CASE state WHEN 'returned' THEN 'opened' WHEN 'graduated' THEN 'graduated' ELSE 'expected' END,
           CASE state WHEN 'returned' THEN returned_on WHEN 'graduated' THEN outcome_on ELSE ends_on END
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS s (id uuid, technique text, specialty text, facility_code text, authority_path text, shared_with text[],
        ends_on date, state text, outcome text, outcome_on date, returned_on date)
    WHERE technique <> '' AND (state IN ('bonded', 'enrolled', 'studying', 'graduated') OR state = 'returned' AND outcome = 'graduated')
    """,
)


def hear_studies(consumer: Consumer) -> None:
    """Keep what studies bring; a study that is given up, failed or revoked brings nothing."""
    consumer.replica(SponsorshipState, _keep)
    consumer.derived_tables = [*consumer.derived_tables, "expected_techniques"]


def expected_visible_to(caller: Caller) -> Select[tuple[ExpectedTechnique]]:
    """Those that no transfer of the same facility follows already."""
    same = or_(Package.code == ExpectedTechnique.technique, func.lower(Package.title) == func.lower(ExpectedTechnique.technique))
    followed = select(Transfer.id).join(Package, Package.id == Transfer.package_id).where(Transfer.facility_code == ExpectedTechnique.facility_code, same)
    return select(ExpectedTechnique).where(visible_to(caller, ExpectedTechnique), ~followed.exists())
