"""The kinds of file that training loads: no authority starts from nothing."""

from services.training.base import Base
from services.training.credits import imports as credits_
from services.training.institutes import imports as institutes
from shared.imports import ImportColumns, Wizard


class Import(ImportColumns, Base):
    """A file that was loaded here, or is about to be."""

    __tablename__ = "imports"


wizard = Wizard(Import, [*credits_.KINDS, *institutes.KINDS])
