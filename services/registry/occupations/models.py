"""An occupation is reference data: a code, its ISCO-08 group, its names, and what density figures count it as."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base


class Occupation(Base):
    """A national title (`VN-BS`) or a unit group of ISCO-08 (`ISCO-2211`)."""

    __tablename__ = "occupations"

    code: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[UUID]
    country: Mapped[str | None]
    isco: Mapped[str]
    names: Mapped[dict[str, str]] = mapped_column(JSONB)
    group: Mapped[str]
    position: Mapped[int]
