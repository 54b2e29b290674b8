"""The kinds of file that appointment loads: no authority starts from nothing."""

from services.appointment.base import Base
from services.appointment.commitments import imports as commitments
from services.appointment.mandates import imports as mandates
from services.appointment.pay_steps import imports as pay_steps
from services.appointment.probations import imports as probations
from shared.imports import ImportColumns, Wizard


class Import(ImportColumns, Base):
    """A file that was loaded here, or is about to be."""

    __tablename__ = "imports"


wizard = Wizard(Import, [*commitments.KINDS, *mandates.KINDS, *pay_steps.KINDS, *probations.KINDS])
