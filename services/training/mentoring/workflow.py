"""A mentorship is active until it ends; an entry is recorded, then attested by a head, or struck when it is wrong."""

from shared.i18n import _
from shared.workflow import Workflow, act

ACTIVE, ENDED = _("active"), _("ended")
RECORDED, ATTESTED, STRUCK = _("recorded"), _("attested"), _("struck")
CITATION = "Relais rule book, training (mentoring logbook)"

MENTORSHIP = Workflow("mentorship", {"end": act(ACTIVE, to=ENDED)}, CITATION)
ENTRY = Workflow("entry", {"attest": act(RECORDED, to=ATTESTED), "strike": act(RECORDED, ATTESTED, to=STRUCK)}, CITATION)
