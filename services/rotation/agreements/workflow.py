"""An agreement from the draft to its end."""

from shared.i18n import _
from shared.workflow import Workflow, act

DRAFT, SIGNED, ACTIVE, SUSPENDED = _("draft"), _("signed"), _("active"), _("suspended")
EXPIRED, TERMINATED = _("expired"), _("terminated")
LIVE = (SIGNED, ACTIVE, SUSPENDED)

AGREEMENT = Workflow(
    "agreement",
    {
        "sign": act(DRAFT, to=SIGNED),
        "start": act(SIGNED, to=ACTIVE),
        "suspend": act(ACTIVE, to=SUSPENDED),
        "resume": act(SUSPENDED, to=ACTIVE),
        "terminate": act(*LIVE, to=TERMINATED),
        "expire": act(*LIVE, to=EXPIRED),
    },
    citation="Relais rule book, rotation (agreements between facilities)",
)
