"""The life of a mandate: planned from its signature, running from its day, ended on its last; revoked when its decision is."""

from shared.i18n import _
from shared.workflow import Workflow, act

PLANNED, RUNNING, ENDED, REVOKED = _("planned"), _("running"), _("ended"), _("revoked")

MANDATE = Workflow(
    "mandate",
    {
        "start": act(PLANNED, to=RUNNING),
        "end": act(PLANNED, RUNNING, to=ENDED),
        "resume": act(ENDED, to=RUNNING),
        "revoke": act(PLANNED, RUNNING, ENDED, to=REVOKED),
    },
    citation="Relais rule book, appointments (state machines)",
)
