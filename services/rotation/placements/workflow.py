"""A placement from the application to the return."""

from shared.i18n import _
from shared.workflow import Workflow, act

APPLIED, REFUSED, SELECTED, CANCELLED = _("applied"), _("refused"), _("selected"), _("cancelled")
DEPARTED, ARRIVED, ENDED = _("departed"), _("arrived"), _("ended")
RETURNED, STAYED, DEBRIEFED = _("returned"), _("stayed"), _("debriefed")
BEFORE_LEAVING = (APPLIED, SELECTED)
AWAY = (DEPARTED, ARRIVED)
OVER = (ENDED, RETURNED, STAYED, DEBRIEFED)

PLACEMENT = Workflow(
    "placement",
    {
        "select": act(APPLIED, to=SELECTED),
        "refuse": act(APPLIED, to=REFUSED),
        "prepare": act(SELECTED, to=SELECTED),
        "accept": act(SELECTED, to=SELECTED),
        "release": act(SELECTED, to=SELECTED),
        "change_days": act(SELECTED, DEPARTED, ARRIVED, to=SELECTED),
        "depart": act(SELECTED, to=DEPARTED),
        "arrive": act(DEPARTED, to=ARRIVED),
        "review": act(ARRIVED, to=ARRIVED),
        "end": act(ARRIVED, to=ENDED),
        "return": act(ENDED, to=RETURNED),
        "stay_away": act(ENDED, to=STAYED),
        "debrief": act(RETURNED, to=DEBRIEFED),
        "cancel": act(APPLIED, SELECTED, to=CANCELLED),
    },
    citation="Relais rule book, exchanges (states of a placement)",
)
