"""A number of seats is set and changed by decision; a convention runs until it is ended."""

from shared.i18n import _
from shared.workflow import Workflow, act

SET = _("set")
ACTIVE, ENDED = _("active"), _("ended")

CONVENTION = Workflow("institute_convention", {"end": act(ACTIVE, to=ENDED)}, "Relais rule book, initial training (institutes and their seats)")
