"""From the notice to the list, from the application to the diploma."""

from shared.i18n import _
from shared.workflow import Workflow, act

OPEN, PRESELECTED, LISTED, CLOSED = _("open"), _("preselected"), _("listed"), _("closed")
APPLIED, CONVENED, BELOW, ADMITTED = _("applied"), _("convened"), _("below"), _("admitted")
WAITING, NOT_ADMITTED, REGISTERED, DECLINED = _("waiting"), _("not_admitted"), _("registered"), _("declined")
STUDYING, GRADUATED, LEFT = _("studying"), _("graduated"), _("left")

CANDIDATES, COUNTS = "candidates", "counts"
GENERAL = "general"
CITATION = "Relais rule book, initial training (intakes)"

INTAKE = Workflow(
    "intake",
    {
        "apply": act(OPEN, to=OPEN),
        "preselect": act(OPEN, to=PRESELECTED),
        "mark": act(PRESELECTED, to=PRESELECTED),
        "list": act(PRESELECTED, to=LISTED),
        "close": act(LISTED, to=CLOSED),
    },
    CITATION,
)
CANDIDATE = Workflow(
    "intake_candidate",
    {
        "convene": act(APPLIED, to=CONVENED),
        "leave_below": act(APPLIED, to=BELOW),
        "admit": act(CONVENED, WAITING, to=ADMITTED),
        "put_on_waiting_list": act(CONVENED, to=WAITING),
        "not_admit": act(CONVENED, WAITING, to=NOT_ADMITTED),
        "register": act(ADMITTED, to=REGISTERED),
        "decline": act(ADMITTED, WAITING, to=DECLINED),
    },
    CITATION,
)
STUDENT = Workflow("student", {"pass_year": act(STUDYING, to=STUDYING), "graduate": act(STUDYING, to=GRADUATED), "leave": act(STUDYING, to=LEFT)}, CITATION)
