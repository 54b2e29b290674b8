"""A mission from the proposal to what stays of it (6.3)."""

from shared.i18n import _
from shared.workflow import Workflow, act

PROPOSED, SOURCE_OK, WORKER_OK, DESTINATION_OK = _("proposed"), _("source_ok"), _("worker_ok"), _("destination_ok")
ORDERED, IN_PROGRESS, EXTENDED, MISSION_SUSPENDED = _("ordered"), _("in_progress"), _("extended"), _("suspended")
RECALLED, ENDED, REPORTED, EVALUATED, CLOSED = _("recalled"), _("ended"), _("reported"), _("evaluated"), _("closed")
REFUSED, CANCELLED = _("refused"), _("cancelled")

BEFORE_ORDER = (PROPOSED, SOURCE_OK, WORKER_OK, DESTINATION_OK)
UNDER_WAY = (IN_PROGRESS, EXTENDED, MISSION_SUSPENDED)
OVER = (RECALLED, ENDED, REPORTED, EVALUATED, CLOSED)
DEAD = (REFUSED, CANCELLED)
STATES = (*BEFORE_ORDER, ORDERED, *UNDER_WAY, *OVER, *DEAD)

MISSION = Workflow(
    "mission",
    {
        "agree_source": act(PROPOSED, to=SOURCE_OK),
        "answer_worker": act(SOURCE_OK, to=WORKER_OK),
        "agree_destination": act(WORKER_OK, to=DESTINATION_OK),
        "order": act(DESTINATION_OK, to=ORDERED),
        "refuse": act(*BEFORE_ORDER, to=REFUSED),
        "cancel": act(*BEFORE_ORDER, ORDERED, *UNDER_WAY, to=CANCELLED),
        "depart": act(ORDERED, to=IN_PROGRESS),
        "extend": act(IN_PROGRESS, EXTENDED, to=EXTENDED),
        "suspend": act(IN_PROGRESS, EXTENDED, to=MISSION_SUSPENDED),
        "resume": act(MISSION_SUSPENDED, to=IN_PROGRESS),
        "recall": act(*UNDER_WAY, to=RECALLED),
        "end": act(*UNDER_WAY, to=ENDED),
        "report": act(ENDED, RECALLED, to=REPORTED),
        "evaluate": act(REPORTED, to=EVALUATED),
        "close": act(EVALUATED, to=CLOSED),
    },
    citation="Relais rule book, rotation (states of a mission)",
)
