"""The life of a probation: it runs until a signed decision confirms, extends or ends it."""

from shared.i18n import _
from shared.workflow import Workflow, act

RUNNING, EXTENDED, CONFIRMED, ENDED = _("running"), _("extended"), _("confirmed"), _("ended")
OPEN = (RUNNING, EXTENDED)

PROBATION = Workflow(
    "probation",
    {
        "report": act(*OPEN, to=RUNNING),
        "propose": act(*OPEN, to=RUNNING),
        "confirm": act(*OPEN, to=CONFIRMED),
        "extend": act(RUNNING, to=EXTENDED),
        "end": act(*OPEN, to=ENDED),
    },
    citation="Relais rule book, personnel (probation: running, extended once, confirmed or ended)",
)
