"""The kinds of file that rotation loads: no authority starts from nothing."""

from services.rotation.agreements import imports as agreements
from services.rotation.alumni import imports as alumni
from services.rotation.base import Base
from shared.imports import ImportColumns, Wizard


class Import(ImportColumns, Base):
    """A file that was loaded here, or is about to be."""

    __tablename__ = "imports"


wizard = Wizard(Import, [*agreements.KINDS, *alumni.KINDS])
